import type { WebSocketHandle, WebSocketOptions } from '@closespan/browser';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Secrets } from '../helpers/canaries.ts';

/** What a page, worker or workerd is told to do. */
export interface Plan {
  readonly secrets: Secrets;
  /** Address of a server that talks back. */
  readonly ws: string;
  readonly otlp: string;
  readonly hooksThrow?: boolean;
}

/** What it saw: the places in which it planted its secret, and all that was logged. */
export interface Report {
  readonly planted: readonly string[];
  readonly lines: readonly string[];
}

/** Plants secrets wherever a `WebSocket` of the WHATWG has a place, and closes. */
export async function plantInPage(
  instrument: (options?: WebSocketOptions) => WebSocketHandle,
  { secrets: all, ws, otlp, hooksThrow }: Plan,
  /** Plants what only some scopes have. */
  plantMore: (secrets: Secrets) => void = () => {},
): Promise<Report> {
  const planted = new Set<string>();
  const secrets = new Proxy(all, {
    get(target, name) {
      planted.add(String(name));
      return target[name as keyof Secrets];
    },
  });
  const lines: string[] = [];
  const note = (...line: unknown[]) => void lines.push(line.map(show).join(' '));
  for (const level of ['error', 'warn', 'info', 'debug', 'log'] as const) console[level] = note;
  diag.setLogger(
    { error: note, warn: note, info: note, debug: note, verbose: note },
    { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true },
  );
  plantMore(secrets);
  try {
    const wrong = secrets.wrongOtlp;
    instrument({ otlp: { url: `http://${wrong}:${wrong}@h/?t=${wrong}` } });
  } catch (error) {
    note(String(error));
  }
  const throwing = () => {
    throw Object.assign(new Error(secrets.hookError), { input: secrets.hookError });
  };
  const hooks = {
    redactUrl: throwing,
    redactReason: throwing,
    redactSubprotocol: throwing,
    urlTemplate: throwing,
    isAbnormal: throwing,
    closeHook: throwing,
  };
  const options = {
    otlp: { url: otlp, headers: { 'x-api-key': secrets.otlpHeader } },
    metrics: true,
    ...(hooksThrow && hooks),
  };
  const handle = instrument(options);
  for (const what of ['client', 'server', 'refuse']) {
    for (const userInfo of ['', `user:${secrets.userInfo}@`]) {
      for (const fragment of ['', `#${secrets.fragment}`]) {
        const url = `${ws.replace('//', `//${userInfo}`)}/${what}/${secrets.path}?token=${secrets.query}${fragment}`;
        try {
          await converse(new WebSocket(url, [secrets.agreed, secrets.offered]), secrets, what);
        } catch {
          // Some engines refuse user info or a fragment.
        }
      }
    }
  }
  await handle.forceFlush({ timeout: 3000 });
  return { planted: [...planted], lines };
}

function converse(socket: WebSocket, secrets: Secrets, what: string): Promise<void> {
  return new Promise((resolve) => {
    let messages = 0;
    socket.addEventListener('open', () => {
      socket.send(secrets.text);
      socket.send(new TextEncoder().encode(secrets.binary));
    });
    socket.addEventListener('message', () => {
      messages++;
      if (messages === 2 && what === 'client') socket.close(4001, secrets.reason);
    });
    // workerd fires no `close` for a handshake that failed.
    socket.addEventListener('error', () => setTimeout(resolve, 100));
    socket.addEventListener('close', () => {
      resolve();
      throw new Error(secrets.appError);
    });
  });
}

function show(value: unknown): string {
  if (value instanceof Error) {
    const members = Object.getOwnPropertyNames(value).map((name) => String(Reflect.get(value, name)));
    return `${value} ${members.join(' ')}`;
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
