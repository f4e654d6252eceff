import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { createHeartbeat, type PingCount } from './heartbeat.ts';
import { measureTraffic, type Traffic } from './traffic-meter.ts';

/** How long one connection is held, and with which pings. Times are milliseconds. */
export interface HoldPlan {
  /** Time after which the connection counts as kept. */
  readonly longest: number;
  /** Time between two pings, from the opening on. `undefined` for a silent connection, which pings once, at its end. */
  readonly pingInterval: number | undefined;
  /** Whether the connection is given up early if no ping has a pong. */
  readonly needsPongs: boolean;
  /** Time after which a ping without a pong shows a dead connection. */
  readonly pongTimeout: number;
  /** Called each second with the time since the opening. */
  readonly onSecond: (time: number, pings: PingCount) => void;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/** An open connection, from its opening to its end. Times are milliseconds. */
export interface HeldConnection {
  /**
   * `kept`: the connection was open at the end of its time, and then a pong or other bytes came. `dead`: it was open, and
   * nothing came. `cut`: the server, or a hop between, ended it. `flooded`: more came than a probe reads. `interrupted`: the
   * user ended the probe.
   */
  readonly end: 'kept' | 'dead' | 'cut' | 'flooded' | 'interrupted';
  /** Time from the opening to the first sign of the end. For a kept connection, the planned time without the last pong. */
  readonly lifetime: number;
  readonly traffic: Traffic;
  readonly pings: PingCount;
  /** Time for which this process did not run, such as while the machine slept. 0 if none was noticed. */
  readonly paused: number;
}

const SECOND = 1000;
/** Time for which a process may be late before the time counts as a pause, in milliseconds. */
const LONGEST_DELAY = 5000;

/** Holds an open socket until something ends it, or until its time is over. The caller closes the socket. */
export function holdOpen(socket: WebSocket, tcp: Socket, plan: HoldPlan): Promise<HeldConnection> {
  return new Promise((resolve) => {
    const openedAt = performance.now();
    const meter = measureTraffic(socket, tcp, () => finish('flooded'));
    const heartbeat = createHeartbeat(socket);
    /** Traffic of the planned time. The last ping and its pong come after that time. */
    let planned: Traffic | undefined;
    let plannedUntil = 0;
    let paused = 0;
    let tickedAt = Date.now();

    const second = setInterval(() => {
      const late = Date.now() - tickedAt - SECOND;
      tickedAt = Date.now();
      if (late > LONGEST_DELAY) paused += late;
      // A server that has sent no pong at all may be one that sends none.
      const isKnown = planned !== undefined || plan.needsPongs || heartbeat.count().answered > 0;
      const isUnanswered = heartbeat.waiting() > plan.pongTimeout;
      // A server that still sends is not dead, whatever becomes of its pongs.
      const isHeard = meter.unheard() < plan.pongTimeout;
      if (isUnanswered && isHeard && planned) finish('kept');
      else if (isUnanswered && !isHeard && isKnown) finish('dead');
      else if (!planned) plan.onSecond(performance.now() - openedAt, heartbeat.count());
    }, SECOND);
    const pinging = plan.pingInterval === undefined ? undefined : setInterval(ping, plan.pingInterval);
    const timeOver = setTimeout(() => {
      plannedUntil = performance.now();
      planned = meter.trafficUntil(plannedUntil);
      clearInterval(pinging);
      heartbeat.ping();
    }, plan.longest);

    heartbeat.onPong(() => {
      if (planned && heartbeat.waiting() === 0) finish('kept');
    });
    const cut = () => finish('cut');
    tcp.on('end', cut).on('close', cut);
    // After the Close frame of the server, TCP may stay open.
    tcp.on('data', () => void (socket.readyState === socket.OPEN || cut()));
    socket.on('error', cut).on('close', cut);
    const interrupt = () => finish('interrupted');
    plan.signal.addEventListener('abort', interrupt);
    if (pinging) ping();

    function ping(): void {
      heartbeat.ping();
      meter.noteSent();
    }

    function finish(end: HeldConnection['end']): void {
      const endedAt = end === 'kept' ? plannedUntil : performance.now();
      clearInterval(second);
      clearInterval(pinging);
      clearTimeout(timeOver);
      plan.signal.removeEventListener('abort', interrupt);
      const traffic = planned ?? meter.trafficUntil(endedAt);
      resolve({ end, lifetime: endedAt - openedAt, traffic, pings: heartbeat.count(), paused });
    }
  });
}
