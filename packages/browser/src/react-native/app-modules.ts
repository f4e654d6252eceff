/** Members of React Native's module `AppState` that closespan reads. */
export interface AppStateLike {
  /** `active`, `background` or `inactive`. Other values are ignored. */
  readonly currentState?: unknown;
  /** Calls a listener with each new state. Returns an object with `remove()`, or a function that removes. */
  addEventListener(type: 'change', listener: (state: string) => void): unknown;
}

/** Members of `@react-native-community/netinfo` that closespan reads. */
export interface NetInfoLike {
  /** Calls a listener with each state of the network. Returns a function that removes, or an object with `remove()`. */
  addEventListener(listener: (state: NetworkStateLike) => void): unknown;
}

/** State of the device's network, as NetInfo and `expo-network` report it. */
export interface NetworkStateLike {
  /** Whether the device has a network. `null` if not known yet. */
  readonly isConnected?: boolean | null | undefined;
  /** Kind of network, such as `wifi` or `CELLULAR`. */
  readonly type?: unknown;
}

/** Members of React Native's module `Platform` that closespan reads. */
export interface PlatformLike {
  /** Name of the system, such as `ios`. */
  readonly OS?: unknown;
  /** Version of the system: a text on iOS, the API level on Android. */
  readonly Version?: unknown;
  /** Further facts, of which only Android knows a model. */
  readonly constants?: unknown;
}
