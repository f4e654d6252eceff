/** Variables that would send the closes of a command elsewhere. */
const OTHERS = ['TRACES', 'METRICS'].flatMap((signal) => [
  `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`,
  `OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`,
]);

/**
 * Returns the variables of a command whose closes go to a receiver. Variables for another address are left out.
 * @param url base address of the receiver
 */
export function childEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  url: string,
): NodeJS.ProcessEnv {
  const own: NodeJS.ProcessEnv = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: url };
  for (const name of OTHERS) delete own[name];
  // The receiver takes OTLP over HTTP, and not over gRPC.
  if (own['OTEL_EXPORTER_OTLP_PROTOCOL'] === 'grpc') own['OTEL_EXPORTER_OTLP_PROTOCOL'] = 'http/protobuf';
  return own;
}
