import { ATTR_NETWORK_CONNECTION_TYPE, ATTR_WEBSOCKET_APP_STATE } from '@closespan/core';
import { type CloseFacts, type Connection, diag, guard, NAME, now } from '@closespan/core/platform';
import type { AppStateLike, NetInfoLike, NetworkStateLike } from './app-modules.ts';

/** Watches whether the app is in the background, and whether the device has a network. */
export interface AppLife {
  /** Returns the facts that both add to a close. Empty if the app has passed neither module. */
  factsOf(
    connection: Connection,
  ): Pick<CloseFacts, 'interruption' | 'suspendedDuration' | 'furtherAttributes'>;
  /** Stops watching, and removes the listeners. */
  stop(): void;
}

/** Parts of the app that `AppLife` watches, and what follows from their events. */
export interface AppLifeOptions {
  readonly appState: AppStateLike | undefined;
  readonly netInfo: NetInfoLike | undefined;
  /** Called as the app goes to the background, where the system may suspend the app at any time. */
  onBackground(): void;
  /** Called as the network is back. */
  onOnline(): void;
}

/** Limits of the time from an interruption to a close that the interruption explains, in milliseconds. */
const SHORTEST_RECENT_MILLIS = 5000;
const LONGEST_RECENT_MILLIS = 60_000;
const APP_STATES: readonly unknown[] = ['active', 'background', 'inactive'];
/** Kinds of network by the words of NetInfo and `expo-network`. Another kind is `unknown`. */
const NETWORKS: Readonly<Record<string, string>> = {
  wifi: 'wifi',
  cellular: 'cell',
  ethernet: 'wired',
  none: 'unavailable',
};

/**
 * Starts to watch the modules that the app has passed. A module that throws costs one line of the log, and counts as not
 * passed.
 */
export function observeAppLife({ appState, netInfo, onBackground, onOnline }: AppLifeOptions): AppLife {
  const never = Number.NEGATIVE_INFINITY;
  let state: unknown;
  /** Last time in the background, in monotonic milliseconds. The length is by the wall clock, which no sleep stops. */
  const background = { from: never, to: never, fromTime: 0, duration: 0 };
  let network: NetworkStateLike = {};
  let onlineAt = never;

  function noteState(next: unknown): void {
    if (!APP_STATES.includes(next)) return;
    const isLeaving = next === 'background' && state !== 'background';
    if (isLeaving) {
      Object.assign(background, { from: now(), to: Number.POSITIVE_INFINITY, fromTime: Date.now() });
    } else if (state === 'background' && next === 'active') {
      background.to = now();
      background.duration = Math.max(0, Date.now() - background.fromTime);
    }
    // On the way back iOS is `inactive` first.
    if (next !== 'inactive' || state !== 'background') state = next;
    if (isLeaving) onBackground();
  }

  function noteNetwork(next: NetworkStateLike): void {
    const isBack = network.isConnected === false && next?.isConnected === true;
    network = { isConnected: next?.isConnected, type: next?.type };
    if (!isBack) return;
    onlineAt = now();
    onOnline();
  }

  const stops = [
    appState &&
      subscribe('AppState', () => {
        state = appState.currentState;
        return appState.addEventListener('change', (next) => guard('AppState', () => noteState(next)));
      }),
    netInfo &&
      subscribe('NetInfo', () =>
        netInfo.addEventListener((next) => guard('NetInfo', () => noteNetwork(next))),
      ),
  ];

  function interruptionOf(startedAt: number): 'suspended' | 'offline' | undefined {
    const time = now();
    const { from, to, duration } = background;
    const recent = Math.min(Math.max(duration, SHORTEST_RECENT_MILLIS), LONGEST_RECENT_MILLIS);
    // Back from the background the close may come before the event of the app.
    if (startedAt < from && time < to + recent) return 'suspended';
    const isBackOnline = startedAt < onlineAt && time - onlineAt < LONGEST_RECENT_MILLIS;
    return network.isConnected === false || isBackOnline ? 'offline' : undefined;
  }

  return {
    factsOf({ startedAt }) {
      const { from, to, fromTime, duration } = background;
      const length = startedAt < from ? (to < now() ? duration : Date.now() - fromTime) : 0;
      return {
        interruption: interruptionOf(startedAt),
        suspendedDuration: length > 0 ? length : undefined,
        furtherAttributes: {
          ...(APP_STATES.includes(state) && { [ATTR_WEBSOCKET_APP_STATE]: state as string }),
          ...(typeof network.type === 'string' && {
            [ATTR_NETWORK_CONNECTION_TYPE]: NETWORKS[network.type.toLowerCase()] ?? 'unknown',
          }),
        },
      };
    },
    stop() {
      for (const stop of stops) if (stop) guard('stop', stop);
    },
  };
}

/** Adds a listener to a module of the app. Returns a function that removes the listener. */
function subscribe(name: string, add: () => unknown): () => void {
  try {
    const subscription = add() as (() => void) | { remove?(): void } | undefined;
    return () => (typeof subscription === 'function' ? subscription() : subscription?.remove?.());
  } catch (error) {
    diag.error(`${NAME}: ${name} threw, its events are not seen`, error);
    return () => {};
  }
}
