import type { ExplainedFacts } from './explained-facts.ts';

/** Next steps after a refused handshake, by HTTP status. */
const BY_STATUS: Readonly<Record<number, string>> = {
  400: 'Compare the request with what the server expects, and check that proxies pass on the header Upgrade.',
  401: 'Check the token or cookie that the client sends, and the clocks of both ends.',
  403: 'Check the permissions of this user, and the origins that the server allows.',
  404: 'Check the path, and that each proxy passes on the path and the header Upgrade.',
  405: 'Check that the proxy passes on an upgrade with the method of the client.',
  407: 'Give the credentials that the proxy of this network asks for.',
  408: 'The server waited for the request: look at the load of both ends.',
  413: 'Send fewer or shorter headers and cookies.',
  426: 'Check that each proxy passes on the headers Connection and Upgrade.',
  429: 'Connect less often, and wait as long as Retry-After says.',
  431: 'Send fewer or shorter headers and cookies.',
  502: 'A proxy got no valid response of a server: check that servers run, and the address in the proxy.',
  503: 'The server or a proxy is full or stopping: wait, with a random part, and try again.',
  504: 'A proxy waited too long for the server: look at the load of the server.',
};

/** Returns the next step after a handshake that was refused with an HTTP status. */
export function refusalWords(status: number | undefined): string {
  const known = status === undefined ? undefined : BY_STATUS[status];
  if (known) return known;
  if (status === undefined || status >= 500)
    return 'Look at the log of the server, and of the proxies before it.';
  if (status >= 400) return 'Compare the request of the client with what the server expects.';
  if (status >= 300) return 'Connect to the address that the redirect names.';
  return 'Check the URL: what responded there is no WebSocket server, or a proxy does not pass on the upgrade.';
}

/** Matches names that proxies and web servers give themselves in the header `Server`. */
const PROXY =
  /nginx|openresty|envoy|cloudflare|cloudfront|awselb|haproxy|traefik|caddy|apache|varnish|akamai|google frontend|kong|squid|fastly|vercel|netlify|^fly\/|microsoft-azure|microsoft-iis/i;
/** Statuses with which a proxy responds if it gets no response of its own upstream. */
const OF_PROXIES: readonly (number | undefined)[] = [502, 504];

/** Returns whom to ask about a refused handshake: a proxy, the app behind it, or both. Empty if nothing is known. */
export function responderWords({
  responder,
  via,
  httpStatusCode,
}: Pick<ExplainedFacts, 'responder' | 'via' | 'httpStatusCode'>): string {
  if (PROXY.test(responder)) {
    return OF_PROXIES.includes(httpStatusCode)
      ? `The log of ${responder} says which server it asked, and what failed.`
      : `${responder} may have passed on a response of the app: compare the logs of both.`;
  }
  return (
    via &&
    'A proxy passed this response on, or made it: compare the logs of the proxy and of the server behind it.'
  );
}

/** Returns what to do with the id of a refused request. Empty if there is none. */
export function requestIdWords({ requestId }: Pick<ExplainedFacts, 'requestId'>): string {
  return requestId && `Look for the request in the logs: ${requestId}.`;
}
