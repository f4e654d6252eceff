/** Next.js calls it once, at the start of each server. */
export async function register(): Promise<void> {
  // The edge runtime has no `ws`, and a bundler must not follow the import there.
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return;
  const { instrumentWebSockets } = await import('@closespan/node');
  instrumentWebSockets({ serviceName: 'next-server' });
}
