import { defineProperty, guard } from '@closespan/core/platform';
import type { PackageConnection, PackageFrame } from './package-connection.ts';

/** Sees the pongs of connections of the package `websocket`. */
export interface PongWatch {
  /** Sees frames of a connection from now on. A second call changes nothing. */
  begin(connection: PackageConnection): void;
  /** Sees no more frames of a connection. */
  end(connection: PackageConnection): void;
  /** Ends all watches. */
  stop(): void;
}

type ProcessFrame = (this: PackageConnection, frame: PackageFrame) => unknown;

/** Opcode of a Pong frame (RFC 6455 §5.5.3). */
const PONG = 10;

/**
 * Makes a watch for pongs. The package shows a pong only to listeners of the app's own connection, and in the method
 * through which all frames pass. So that method is replaced on a single connection, and only while a ping is unanswered.
 */
export function createPongWatch(
  notePong: (connection: PackageConnection, payload: unknown) => void,
): PongWatch {
  const originals = new WeakMap<PackageConnection, ProcessFrame>();
  let isStopped = false;

  const watched: ProcessFrame = function (frame) {
    if (!isStopped && frame.opcode === PONG) {
      guard('websocket', () => notePong(this, frame.binaryPayload), undefined);
    }
    return originals.get(this)?.call(this, frame);
  };

  function replace(connection: PackageConnection, value: ProcessFrame): void {
    defineProperty(connection, 'processFrame', { value, writable: true, configurable: true });
  }

  return {
    begin(connection) {
      if (connection.processFrame === watched) return;
      originals.set(connection, connection.processFrame);
      replace(connection, watched);
    },
    end(connection) {
      const original = originals.get(connection);
      // A method that somebody else has put there meanwhile calls ours.
      if (original && connection.processFrame === watched) replace(connection, original);
    },
    stop() {
      isStopped = true;
    },
  };
}
