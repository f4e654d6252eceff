import { UsageError } from '../command-line/command.ts';
import {
  type ClosespanReceiver,
  type ReceiverOptions,
  startClosespanReceiver,
} from '../receiver/closespan-receiver.ts';
import { ListenError } from '../receiver/listen-error.ts';

/** Port of OTLP over HTTP, to which exporters send by default. */
export const OTLP_PORT = 4318;
/** Time that a program on a taken port has to say what it is, in milliseconds. */
const PROBE_MILLIS = 500;

/**
 * Starts a receiver.
 * @param command name of the command whose flag the error names
 * @throws UsageError if its port is taken, which says by whom and names the flag for another port
 */
export async function openReceiver(
  options: ReceiverOptions & { readonly port: number; readonly host: string },
  command = '',
): Promise<ClosespanReceiver> {
  try {
    return await startClosespanReceiver(options);
  } catch (error) {
    if (!(error instanceof ListenError) || error.code !== 'EADDRINUSE') throw error;
    const { host, port } = options;
    const free = port < 65_535 ? port + 1 : 0;
    throw new UsageError(
      `Port ${port} of ${host} is taken by ${await ownerOf(host, port)}. End that program, or choose a port: closespan ${command && `${command} `}--port ${free}`,
    );
  }
}

/** Says what listens on a port: another closespan, another receiver of OTLP, or another program. */
async function ownerOf(host: string, port: number): Promise<string> {
  const base = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const signal = AbortSignal.timeout(PROBE_MILLIS);
  try {
    const page = await fetch(base, { signal });
    if ((await firstText(page)).includes('<title>closespan')) return 'another closespan';
    const headers = { 'content-type': 'application/json' };
    const { ok } = await fetch(`${base}/v1/traces`, { method: 'POST', headers, body: '{}', signal });
    return ok ? 'another receiver of OTLP, such as a Collector' : 'another program';
  } catch {
    return 'another program';
  }
}

/** Returns the first part of a body that arrives. */
async function firstText({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  const part = await reader?.read();
  await reader?.cancel();
  return new TextDecoder().decode(part?.value);
}
