import { messageSize } from '../observe/message-size.ts';
import { CLOSED, CLOSING } from '../observe/ready-state.ts';
import { type CloseFacts, NO_CLOSE_FRAME } from '../record/close-facts.ts';
import { noteCloseStart, now } from '../record/connection.ts';
import { requestedReason } from '../record/requested-reason.ts';
import type { Recorder } from '../recorder.ts';
import { closeArguments, type EventFacts, errorArguments, frameCode } from './close-arguments.ts';
import { type CloseCall, watchCloseCalls } from './close-calls.ts';
import type { GivenInfo } from './given-info.ts';
import type { HandledConnection } from './handled-connection.ts';
import { type HandledRequest, type HandledSocket, identityOf, socketOf } from './handled-socket.ts';
import type { HandlerRole } from './handler-names.ts';
import type { HandlersPlatform } from './handlers-platform.ts';
import { runtimeFacts } from './runtime-words.ts';
import { watchSentMessages } from './sent-messages.ts';
import { type HandledConnections, trackHandled } from './track-handled.ts';
import { noteUpgradeCall } from './upgrade-calls.ts';

/** Makes records of the events that handlers get. */
export interface EventRecorder extends Pick<HandledConnections, 'connectionOf' | 'open'> {
  /** Notes a call of a handler. */
  note(role: Exclude<HandlerRole, 'fetch' | 'resolve'>, args: readonly unknown[], given: GivenInfo): void;
  /** Begins to track a connection, ahead of its first event. */
  noteOpen(socket: object, args: readonly unknown[], given: GivenInfo): void;
  /** Records each open connection with these facts. */
  recordOpen(facts: EventFacts): void;
  stop(): void;
}

/** Makes an object that records the events of handlers. Each connection has one record. */
export function recordEvents(recorder: Recorder, platform: HandlersPlatform): EventRecorder {
  const connections = trackHandled(platform, (handled) => {
    recorder.prepare();
    // A library may give an object of its own, in which the runtime's socket is.
    calls.watch(handled.socket);
    handled.seesCalls &&= calls.watch(identityOf(handled.socket));
    handled.seesSent = Boolean(handled.traffic && sent?.watch(identityOf(handled.socket)));
  });
  /** Request of the call of uWebSockets.js that opens a connection. */
  let upgrading: HandledRequest | undefined;
  const calls = watchCloseCalls((socket, call) => noteCall(socket as HandledSocket, call));
  const sent =
    platform.createTraffic &&
    watchSentMessages((socket) => {
      const handled = connections.find(socket);
      return handled && connections.isOpen(handled) ? handled : undefined;
    });

  function noteCall(
    socket: HandledSocket,
    { code, reason, isForced }: CloseCall,
  ): ((threw: boolean) => void) | undefined {
    const handled = connections.find(socket);
    // Once the peer's Close frame has come, a call only returns one.
    if (!handled || !connections.isOpen(handled) || Number(socket.readyState) >= CLOSING) return undefined;
    const requested = typeof code === 'number' ? frameCode(code) : code;
    const isCode = typeof requested === 'number' || typeof requested === 'string';
    const takeBack = noteCloseStart(
      handled.connection,
      'local',
      isCode ? requested : undefined,
      requestedReason(reason) ?? '',
    );
    handled.ownCalls++;
    if (takeBack) {
      handled.isDropped = isForced;
      platform.keep?.(identityOf(socket), handled);
    }
    return (threw) => {
      handled.ownCalls--;
      if (threw) takeBack?.();
    };
  }

  function noteEnd(handled: HandledConnection, facts: EventFacts, socket: object): void {
    if (!connections.end(handled)) return;
    const {
      connection,
      details,
      traffic,
      seesSent,
      errorFacts,
      ownCalls,
      isDropped,
      idleTimeout,
      seesCalls,
    } = handled;
    const runtime = runtimeFacts(facts, idleTimeout);
    recorder.record(
      connection,
      {
        ...details,
        ...errorFacts,
        ...(!seesCalls && { initiator: 'unknown' as const }),
        ...(isDropped && facts.code === 1006 && { cause: 'local_terminate' as const }),
        ...facts,
        ...runtime,
        // Within the call that closes, the runtime gives the handler the reason of that call.
        ...(ownCalls > 0 && { reason: '' }),
        ...(traffic && {
          furtherAttributes: { ...runtime?.furtherAttributes, ...traffic.attributes(connection, seesSent) },
        }),
      },
      socket,
    );
  }

  function noteError(
    handled: HandledConnection,
    facts: Partial<CloseFacts>,
    socket: HandledSocket,
    isEnd: boolean,
  ): void {
    handled.errorFacts = facts;
    const end = () => noteEnd(handled, { ...NO_CLOSE_FRAME, synthetic: true }, socket);
    if (isEnd) end();
    // A close may follow within this task. In workerd no close follows a protocol error.
    else if (socket.readyState === CLOSED) setTimeout(end, 0);
  }

  function noteUpgrade(args: readonly unknown[]): void {
    const request = noteUpgradeCall(args, (noted, call) => {
      upgrading = noted;
      try {
        return call();
      } finally {
        upgrading = undefined;
      }
    });
    connections.noteArrival(request ?? args[0]);
  }

  return {
    note(role, args, given) {
      if (role === 'upgrade') {
        noteUpgrade(args);
        return;
      }
      const socket = socketOf(args);
      const shown = upgrading ? [...args, { request: upgrading }] : args;
      const handled = socket && connections.see(socket, shown, given, role === 'open');
      if (!handled || !connections.isOpen(handled)) return;
      const [rest] = args.filter((one) => one !== socket);
      if (role === 'message') handled.traffic?.noteReceived(sizeOf(rest), now());
      if (role === 'close') noteEnd(handled, closeArguments(args, socket), socket);
      if (role === 'error' || role === 'end')
        noteError(
          handled,
          { ...errorArguments(rest), ...platform.errorFactsOf?.(rest) },
          socket,
          role === 'end',
        );
    },
    noteOpen(socket, args, given) {
      connections.see(socket, args, given, true);
    },
    connectionOf: connections.connectionOf,
    open: connections.open,
    recordOpen(facts) {
      for (const handled of connections.open.values()) noteEnd(handled, facts, handled.socket);
    },
    stop() {
      sent?.stop();
      calls.stop();
    },
  };
}

/** Returns the bytes of a message. A `Message` of crossws has them in `rawData`, a `MessageEvent` in `data`. */
function sizeOf(message: unknown): number {
  const isWrapped = typeof message === 'object' && message && !ArrayBuffer.isView(message);
  const { rawData, data = message } = (isWrapped ? message : {}) as {
    readonly rawData?: unknown;
    readonly data?: unknown;
  };
  return messageSize(isWrapped ? (rawData ?? data) : message) ?? 0;
}
