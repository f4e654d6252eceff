/** Scheme, user info, host, port, path, query and fragment of an absolute URL (RFC 3986 appendix B, with an authority). */
const PARTS =
  /^([a-z][a-z\d+.-]*:)\/\/(?:([^/?#\\]*)@)?(\[[\da-f:.]*\]|[^/?#\\:@[\]\s]+)(?::(\d{0,5}))?([/\\][^?#]*)?(\?[^#]*)?(#.*)?$/i;

const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  'ws:': '80',
  'wss:': '443',
  'http:': '80',
  'https:': '443',
};

/**
 * Has the members of the WHATWG class `URL` that hooks of the app read and change. Parts are not normalized, except
 * for the case of scheme and host.
 */
export class PlainUrl {
  protocol: string;
  username: string;
  password: string;
  /** Host name or IP address. An IPv6 address has brackets. */
  hostname: string;
  /** Port; empty for the default port of the scheme. */
  port: string;
  pathname: string;
  hash: string;
  #search: string;
  #params: URLSearchParams | undefined;

  /**
   * Parses an absolute URL.
   * @throws TypeError for a text that is no absolute URL with a host. The error does not quote the text
   */
  constructor(url: string) {
    const [match, protocol = '', user = '', hostname = '', port = '', path = '/', search = '', hash = ''] =
      PARTS.exec(url.trim()) ?? [];
    if (!match) throw new TypeError('Invalid URL');
    const [username = '', ...password] = user.split(':');
    this.protocol = protocol.toLowerCase();
    this.username = username;
    this.password = password.join(':');
    this.hostname = hostname.toLowerCase();
    this.port = port === DEFAULT_PORTS[this.protocol] ? '' : port;
    this.pathname = path;
    this.#search = search === '?' ? '' : search;
    this.hash = hash;
  }

  get host(): string {
    return this.port ? `${this.hostname}:${this.port}` : this.hostname;
  }

  get origin(): string {
    return `${this.protocol}//${this.host}`;
  }

  get search(): string {
    const params = this.#params && String(this.#params);
    return params === undefined ? this.#search : params && `?${params}`;
  }

  set search(value: string) {
    const search = String(value).replace(/^\?/, '');
    this.#search = search && `?${search}`;
    this.#params = undefined;
  }

  get searchParams(): URLSearchParams {
    this.#params ??= new URLSearchParams(this.#search.slice(1));
    return this.#params;
  }

  get href(): string {
    const { protocol, username, password, host, pathname, search, hash } = this;
    const user = username || password ? `${username}${password && `:${password}`}@` : '';
    return `${protocol}//${user}${host}${pathname}${search}${hash}`;
  }

  toString(): string {
    return this.href;
  }

  toJSON(): string {
    return this.href;
  }
}
