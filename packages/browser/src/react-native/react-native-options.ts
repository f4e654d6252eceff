import type { Carrier, WebSocketOptions } from '@closespan/core';
import {
  areStrings,
  having,
  isOtlp,
  type OptionChecks,
  type OtlpMembers,
  PLAIN_VALUES,
  STRING,
} from '@closespan/core/platform';
import type { AppStateLike, NetInfoLike, PlatformLike } from './app-modules.ts';
import type { KeyValueStore } from './key-value-store.ts';

/** Options of `instrumentWebSockets()` in React Native. Every option is optional. */
export interface ReactNativeWebSocketOptions extends WebSocketOptions {
  /**
   * React Native's module `AppState`. Losses that the background explains get the cause `suspended`, and closes are sent
   * as the app goes to the background.
   * @defaultValue nothing is known of the background
   * @example { appState: AppState }
   */
  readonly appState?: AppStateLike;
  /**
   * The module `NetInfo` of `@react-native-community/netinfo`. Losses without a network get the cause `offline`, and
   * closes are sent as the network comes back. With `expo-network`: `{ addEventListener: addNetworkStateListener }`.
   * @defaultValue nothing is known of the network
   */
  readonly netInfo?: NetInfoLike;
  /**
   * React Native's module `Platform`, for resource attributes of the built-in pipeline: `os.name` and `os.version`, and on
   * Android `device.model.identifier` and `android.os.api_level`.
   * @defaultValue none of these attributes
   */
  readonly platform?: PlatformLike;
  /**
   * Storage for spans that the built-in pipeline could not deliver: AsyncStorage, or an object with `getItem`, `setItem`
   * and `removeItem`. At most 256 rows and 1,048,576 characters are stored, for three days. Spans are kept in memory if
   * the storage fails or hangs.
   * @defaultValue memory: spans that are not delivered are lost when the app ends
   */
  readonly store?: KeyValueStore;
  /**
   * Adds the connection's id and the active trace context to each handshake, so that the server can read both. Use
   * `queryCarrier()` or `subprotocolCarrier()`. The server must accept the URL parameters or subprotocols that the
   * carrier adds.
   * @defaultValue adds nothing to handshakes
   */
  readonly carrier?: Carrier;
  /**
   * Value of the resource attribute `service.version` that the built-in pipeline sends: the release of the app.
   * @defaultValue none
   */
  readonly serviceVersion?: string;
  /**
   * Further resource attributes that the built-in pipeline sends, such as `deployment.environment.name`. At most 64. An
   * attribute given here replaces one that closespan sets.
   * @defaultValue none
   */
  readonly resourceAttributes?: Readonly<Record<string, string | number | boolean>>;
}

const OTLP_MEMBERS: OtlpMembers = {
  url: (url) => /^https?:\/*[^/?#@]+(\/[^?#]*)?$/.test(url as string),
  headers: areStrings,
};

/** Checks of the options that only React Native has, and of `otlp`. */
export const REACT_NATIVE_OPTION_CHECKS: OptionChecks = {
  otlp: ['false or { url, headers }: an http(s) address, strings', (value) => isOtlp(value, OTLP_MEMBERS)],
  appState: having('addEventListener'),
  netInfo: having('addEventListener'),
  platform: ['an object', (value) => Object(value) === value],
  store: [
    'an object with getItem(), setItem() and removeItem()',
    (value) => ['getItem', 'setItem', 'removeItem'].every((method) => having(method)[1](value)),
  ],
  carrier: having('carry'),
  serviceVersion: STRING,
  resourceAttributes: PLAIN_VALUES,
};
