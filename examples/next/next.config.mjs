/** @type {import('next').NextConfig} */
export default {
  // Bundled copies of `ws` cannot be found, and closespan itself loads parts when they are needed.
  serverExternalPackages: ['ws', '@closespan/node'],
  async rewrites() {
    const collector = process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318';
    return [{ source: '/otlp/:path*', destination: `${collector}/:path*` }];
  },
};
