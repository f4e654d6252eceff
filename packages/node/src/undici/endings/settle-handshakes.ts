import type { GivenUpSockets } from '../calls/aborted-sockets.ts';
import { isTo } from '../connection/undici-connection.ts';
import type { UndiciConnections } from '../connection/undici-connections.ts';
import type { FailedHandshakes } from './failed-handshakes.ts';
import type { UndiciEndings } from './undici-endings.ts';

/**
 * Records the handshakes that have failed, or that the app gave up, without their `close` event.
 * @param firesClose whether the event is only late, and not one that undici never fires
 * @param isLast whether nothing is told any more
 */
export function settleHandshakes(
  connections: UndiciConnections,
  failures: FailedHandshakes,
  givenUp: GivenUpSockets,
  endings: UndiciEndings,
  firesClose: boolean,
  isLast: boolean,
): void {
  for (const undici of connections.pending()) {
    const isFailing = failures.isOfThisTurn(undici);
    if (undici.failedAt === undefined && !(isLast && isFailing)) continue;
    endings.giveUpHandshake(undici, firesClose && isFailing);
  }
  for (const one of givenUp.all()) {
    const unsent = [...connections.pending()].findLast((undici) => !undici.wire && isTo(undici, one.url));
    if (unsent) endings.recordGivenUp(unsent, one, firesClose);
  }
}
