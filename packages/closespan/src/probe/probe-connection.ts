import type { CloseRecord } from '@closespan/node';
import type { WebSocket } from 'ws';
import { type HeldConnection, type HoldPlan, holdOpen } from './hold-open.ts';
import type { CloseObserver } from './observe-closes.ts';
import { openSocket } from './open-socket.ts';
import type { ProbeOptions } from './probe-options.ts';
import { type ProbedClose, probedClose } from './probed-close.ts';

/** One connection of a probe, from its handshake to its end. Times are milliseconds. */
export interface ProbedConnection {
  /** `refused`: the handshake failed. `broken`: this end dropped bytes that break the protocol. */
  readonly end: HeldConnection['end'] | 'refused' | 'broken';
  /** Time from the start to the opening, or to the failure. */
  readonly handshake: number;
  /** The time in which the connection was open. `undefined` if the handshake failed. */
  readonly held: HeldConnection | undefined;
  /** Close, as the peer or the path brought it about. `undefined` if this end has closed. */
  readonly close: ProbedClose | undefined;
}

/** Time after which a handshake is given up whose bytes still come, beyond its time limit, in milliseconds. */
const GRACE = 250;

/** Opens one connection, holds it as the plan says, and resolves when it has ended. Never rejects. */
export async function probeConnection(
  options: ProbeOptions,
  plan: HoldPlan,
  observer: CloseObserver,
): Promise<ProbedConnection> {
  const startedAt = performance.now();
  const socket = openSocket(options);
  let holding: Promise<HeldConnection> | undefined;
  let error: Error | undefined;
  socket.on('upgrade', ({ socket: tcp }) => {
    // Within the event `open`, since the first bytes may come right after it.
    socket.on('open', () => {
      holding = holdOpen(socket, tcp, plan);
    });
  });
  socket.on('error', (first) => {
    error ??= first;
  });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  const opening = await whenOpen(socket, closed, options.handshakeTimeout + GRACE, plan.signal);
  const handshake = performance.now() - startedAt;
  const held = await holding;
  if (held?.end === 'kept' || held?.end === 'interrupted') socket.close(1000);
  // Also after a cut: the server may leave TCP open after its Close frame, or a proxy leave half of it.
  else if (held?.end !== 'cut') socket.terminate();
  const code = await closed;
  const record = await observer.takeRecord();
  const end = held ? endOf(held, record) : opening === 'interrupted' ? 'interrupted' : 'refused';
  // A server that sends one byte at a time keeps the client's own time limit from ending.
  const timed = opening === 'late' && record ? { ...record, cause: 'handshake_timeout' as const } : record;
  const isOver = held === undefined ? end === 'refused' : held.end === 'cut';
  const close = isOver ? probedClose(timed, code, held !== undefined, error) : undefined;
  return { end, handshake, held, close };
}

/** Returns the end of a held connection. The client itself may have dropped the connection because of wrong bytes. */
function endOf({ end }: HeldConnection, record: CloseRecord | undefined): ProbedConnection['end'] {
  if (end !== 'cut' || record?.initiator !== 'local') return end;
  return record.cause === 'pong_backlog' ? 'flooded' : 'broken';
}

/** Waits until a handshake is done, has failed, or is too late. */
function whenOpen(
  socket: WebSocket,
  closed: Promise<number>,
  timeout: number,
  signal: AbortSignal,
): Promise<'open' | 'failed' | 'late' | 'interrupted'> {
  return new Promise((resolve) => {
    const late = setTimeout(() => end('late'), timeout);
    const interrupt = () => end('interrupted');
    signal.addEventListener('abort', interrupt);
    socket.on('open', () => end('open'));
    void closed.then(() => end('failed'));
    if (signal.aborted) interrupt();

    function end(outcome: 'open' | 'failed' | 'late' | 'interrupted'): void {
      clearTimeout(late);
      signal.removeEventListener('abort', interrupt);
      resolve(outcome);
    }
  });
}
