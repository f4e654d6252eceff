/**
 * Says whether the variable `OTEL_SDK_DISABLED` is `true`, in upper or lower case. This variable turns every
 * OpenTelemetry SDK off.
 */
export function isSdkDisabled(env: Readonly<Record<string, string | undefined>>): boolean {
  return env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true';
}
