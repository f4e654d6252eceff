/** Says whether `OTEL_SDK_DISABLED` is `true`, in any case, which switches every OpenTelemetry SDK off. */
export function isSdkDisabled(env: Readonly<Record<string, string | undefined>>): boolean {
  return env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true';
}
