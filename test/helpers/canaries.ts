import { randomInt } from 'node:crypto';

/** Where a secret may be found. `request`: line and headers of an export; `log`: `diag`, stdout, stderr, console. */
type Sink = 'span' | 'metrics' | 'request' | 'log' | 'disk';

interface Place {
  /** How the table names it. */
  readonly what: string;
  /** Where the contract lets it appear. */
  readonly allowed: readonly Sink[];
  /** Whether the peer must have seen it, or it would not have been planted. */
  readonly reachesPeer: boolean;
}

const hidden = (what: string): Place => ({ what, allowed: [], reachesPeer: true });
/** What does not leave the app, unless we let it. */
const kept = (what: string, ...allowed: Sink[]): Place => ({ what, allowed, reachesPeer: false });
const shown = (what: string, ...allowed: Sink[]): Place => ({ what, allowed, reachesPeer: true });

/** Every place in which a test plants a secret. */
export const PLACES = {
  userInfo: kept('user info of the URL'),
  query: hidden('query of the URL'),
  fragment: kept('fragment of the URL'),
  path: shown('path of the URL', 'span', 'disk'),
  host: shown('`Host` header, as a server gets it', 'span', 'metrics', 'disk'),
  offered: hidden('subprotocol that is requested and not agreed on'),
  agreed: hidden('token that is agreed on as subprotocol'),
  cookie: hidden('`Cookie` header'),
  authorization: hidden('`Authorization` header'),
  header: hidden('another header of the handshake'),
  origin: hidden('`Origin` header'),
  clientAddress: hidden('client in `X-Forwarded-For` and `Forwarded`'),
  baggage: hidden('baggage of the context'),
  proxy: kept('credentials of a proxy'),
  response: kept('headers of the response, with `Set-Cookie`'),
  refusal: kept('status text, body, other headers of a refusal'),
  redirect: kept('query of a redirect'),
  text: hidden('text messages, both ways'),
  binary: hidden('binary messages, both ways'),
  ping: hidden('payloads of ping and pong'),
  reason: shown('close reason', 'span', 'disk'),
  appError: kept('message and code of errors in the app'),
  hookError: kept('errors that hooks throw'),
  otlpHeader: kept('`otlp.headers`', 'request'),
  otlpHeaderVariable: kept('`OTEL_EXPORTER_OTLP_HEADERS`', 'request'),
  otlpUserInfo: kept('user info of the address of `otlp`', 'request'),
  wrongOtlp: kept('query and user info of a wrong `otlp.url`'),
  variable: kept('another environment variable, or a binding'),
  argument: kept('argument of the process'),
  title: kept('title of the document'),
  location: kept("query and fragment of the page's own URL"),
  referrer: kept('referrer of the page'),
  storage: kept('`localStorage` and `sessionStorage`'),
  pageCookie: kept('cookie of the page', 'request'),
} satisfies Record<string, Place>;

export type PlaceName = keyof typeof PLACES;
export type Secrets = Readonly<Record<PlaceName, string>>;
/** All texts that were found in a sink. */
export type Sinks = Readonly<Record<Sink, readonly (string | Buffer)[]>>;

/** Makes a secret for each place. It looks like a token, and is fit for a host, a header, a URL and a Close frame. */
export function makeSecrets(): Secrets {
  const digits = () => String(randomInt(1e8, 1e9));
  const secrets = Object.keys(PLACES).map((name) => [name, `z${digits()}q${digits()}k`]);
  const part = () => String(randomInt(1000, 10_000));
  return { ...Object.fromEntries(secrets), clientAddress: `2001:db8:${part()}:${part()}::${part()}` };
}

/** Returns in which sinks a secret, or a half of it, stands: plain, in base64, as hex, or as UTF-16. */
function sinksWith(secret: string, sinks: Sinks): Sink[] {
  const halves = [secret.slice(0, 9), secret.slice(-9)];
  const needles = halves.flatMap((half) => [
    half,
    Buffer.from(half).toString('hex'),
    half.split('').join('\0'),
    // In base64 a text looks different at each third place; its edges depend on what is beside it.
    ...[0, 1, 2].map((offset) =>
      Buffer.from(' '.repeat(offset) + half)
        .toString('base64')
        .slice(offset === 0 ? 0 : 4, -4),
    ),
  ]);
  return (Object.keys(sinks) as Sink[]).filter((sink) =>
    sinks[sink].some((bytes) => {
      const text = typeof bytes === 'string' ? bytes : bytes.toString('latin1');
      return needles.some((needle) => text.includes(needle) || text.toLowerCase().includes(needle));
    }),
  );
}

/** What a run of an app found out. */
export interface CanaryRun {
  readonly secrets: Secrets;
  /** The places in which the app planted its secret. */
  readonly planted: readonly string[];
  /** What the app's peers saw. */
  readonly wire: readonly string[];
  readonly sinks: Sinks;
}

/** Column of the table: by place the sinks with its secret, `0` for none; without the places that were not planted. */
export function columnOf(runs: readonly CanaryRun[]): Readonly<Record<string, string>> {
  const names = Object.keys(PLACES) as PlaceName[];
  const cells = names.flatMap((name) => {
    const planting = runs.filter(({ planted }) => planted.includes(name));
    if (planting.length === 0) return [];
    const found = new Set(planting.flatMap(({ secrets, sinks }) => sinksWith(secrets[name], sinks)));
    return [[name, [...found].sort().join(', ') || '0']];
  });
  return Object.fromEntries(cells);
}

/** Places whose secret an app claims to have planted, and that its peers never saw. */
export function unplanted(runs: readonly CanaryRun[]): string[] {
  return runs.flatMap(({ secrets, planted, wire }) =>
    (Object.keys(PLACES) as PlaceName[]).filter(
      (name) =>
        PLACES[name].reachesPeer &&
        planted.includes(name) &&
        sinksWith(secrets[name], { span: wire, metrics: [], request: [], log: [], disk: [] }).length === 0,
    ),
  );
}

/** Cells of a column in which a secret stands although the contract does not allow it. */
export function leaks(column: Readonly<Record<string, string>>): string[] {
  return Object.entries(column).flatMap(([name, found]) => {
    const { allowed }: Place = PLACES[name as PlaceName];
    const wrong = found.split(', ').filter((sink) => sink !== '0' && !allowed.includes(sink as Sink));
    return wrong.map((sink) => `${name}: ${sink}`);
  });
}
