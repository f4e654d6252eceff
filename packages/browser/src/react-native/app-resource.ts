import type { Attributes } from '@opentelemetry/api';
import type { ReactNativeWebSocketOptions } from './react-native-options.ts';

/** Largest number of characters of a text that the app's module `Platform` gives. */
const LONGEST = 128;
const NAMES: Readonly<Record<string, string>> = { ios: 'iOS', android: 'Android' };

/**
 * Returns the resource attributes that tell releases, deployments and devices apart: those of the app, and those of the
 * module `Platform` if the app has passed it. A fact that is missing has no attribute.
 */
export function appResource({
  serviceVersion,
  resourceAttributes,
  platform: { OS, Version, constants } = {},
}: ReactNativeWebSocketOptions): Attributes {
  // Android has the API level in `Version`, and the version in `Release`.
  const { Release, Model } = (constants ?? {}) as Readonly<Record<string, unknown>>;
  return {
    ...(serviceVersion && { 'service.version': serviceVersion }),
    ...text('os.name', NAMES[String(OS)] ?? OS),
    ...text('os.version', Release ?? Version),
    ...(OS === 'android' && text('android.os.api_level', String(Version))),
    ...text('device.model.identifier', Model),
    ...resourceAttributes,
  };
}

function text(name: string, value: unknown): Attributes {
  const known = typeof value === 'number' ? String(value) : value;
  return typeof known === 'string' && known ? { [name]: known.slice(0, LONGEST) } : {};
}
