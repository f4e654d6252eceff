import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { StartPause } from '../queue/queue-pause.ts';
import { type ExportOutcome, outcomeOfStatus } from './export-outcome.ts';

/** One HTTP request that has an export as its body. */
export interface Post {
  readonly request: (url: string, options: RequestOptions) => ClientRequest;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: Agent;
  readonly body: Uint8Array;
}

/** Largest body of a response that is read, in bytes. */
const LONGEST_BODY = 65_536;
/** Largest number of interim responses (1xx). Each further one would take time of the app's event loop. */
const MOST_INTERIM = 64;
/** Longest time for the body of a response after its status, in milliseconds. */
const BODY_MILLIS = 1000;

/**
 * Sends a request and resolves to its outcome. Never rejects. The status of the response decides the outcome, even if
 * the body is incomplete. The request's socket does not keep the process alive.
 * @param signal aborts the request
 */
export function post(
  { request: start, url, headers, agent, body }: Post,
  startPause: StartPause,
  signal: AbortSignal,
): Promise<ExportOutcome> {
  return new Promise((resolve) => {
    const request = start(url, { method: 'POST', headers, agent });
    const destroy = () => void request.destroy(new Error('no response in time'));
    signal.addEventListener('abort', destroy);
    if (signal.aborted) destroy();

    request.on('socket', letProcessEnd);
    let interim = 0;
    request.on('information', () => {
      if (++interim > MOST_INTERIM) request.destroy(new Error('too many interim responses'));
    });
    let responded = false;
    const lost = (error: Error) => responded || resolve(outcomeOfError(error, request.reusedSocket));
    request.on('error', lost);
    request.on('close', () => {
      signal.removeEventListener('abort', destroy);
      lost(new Error('connection closed'));
    });
    request.on('response', async (response) => {
      responded = true;
      const { statusCode: status = 0 } = response;
      const limit = startPause(BODY_MILLIS);
      void limit.over.then(() => response.destroy());
      const read = await readBody(response);
      limit.end();
      if (status >= 200 && status < 300) resolve({ kind: 'taken', body: read });
      else resolve(outcomeOfStatus(status, response.headers['retry-after']));
    });
    request.end(body);
  });
}

/** Reads a body up to a limit. Resolves to zero bytes if the body is longer or incomplete. */
async function readBody(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response) {
      length += chunk.length;
      if (length > LONGEST_BODY) return new Uint8Array();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch {
    return new Uint8Array();
  }
}

/** Returns the outcome of a request that failed before the status of its response arrived. */
function outcomeOfError(error: NodeJS.ErrnoException, reusedSocket: boolean): ExportOutcome {
  const { code, message } = error;
  // A server may close an idle connection in the moment in which a request takes it.
  const mayRetry = reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
  return { kind: 'failed', reason: code ?? message, mayRetry, retryAfter: mayRetry ? 0 : undefined };
}

/** Allows the process to end while a socket is busy or is still connecting. */
function letProcessEnd(socket: Socket): void {
  const unref = () => void socket.unref?.();
  unref();
  // Each address that is tried has a handle of its own.
  if (socket.connecting) socket.on('connectionAttempt', unref);
}
