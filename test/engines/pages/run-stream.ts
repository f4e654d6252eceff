import type { Seen } from './run-ending.ts';

/** Chromium's; TypeScript does not know it yet. */
export interface Stream {
  readonly opened: Promise<{ readonly readable: ReadableStream; readonly writable: WritableStream }>;
  readonly closed: Promise<{ readonly closeCode: number; readonly reason: string }>;
  close(info?: { closeCode?: number; reason?: string }): void;
}
declare const WebSocketStream: new (url: string, options?: { signal?: AbortSignal }) => Stream;

/** Makes a stream, ends it as its path says, and tells what the app saw, unhandled rejections included. */
async function runStream(url: string): Promise<Seen> {
  const seen: string[] = [];
  const [, what, code] = new URL(url).pathname.split('/');
  const aborting = new AbortController();
  const stream = new WebSocketStream(url, { signal: aborting.signal });
  const onUnhandled = (event: PromiseRejectionEvent) => {
    const which =
      event.promise === stream.opened ? 'opened' : event.promise === stream.closed ? 'closed' : 'other';
    seen.push(`unhandled ${which} ${event.reason.name}`);
    event.preventDefault();
  };
  addEventListener('unhandledrejection', onUnhandled);
  if (what === 'abort') aborting.abort();
  if (what === 'close') stream.close();
  // The app looks at one promise alone: the other's rejection is unhandled, as it is when nobody looks at all.
  if (what !== 'unread') {
    const opened = await stream.opened.catch((error: Error) => error);
    seen.push(opened instanceof Error ? `opened ${opened.name}` : `opened ${Object.keys(opened).sort()}`);
    if ('writable' in opened) {
      if (what === 'client') stream.close({ closeCode: Number(code), reason: 'from client' });
      if (what === 'cut') await opened.writable.getWriter().write('now');
      if (what === 'writer') await opened.writable.close();
    }
    if (what !== 'refuse') {
      const end = await stream.closed.catch((error: Error) => error);
      seen.push(end instanceof Error ? `closed ${end.name}` : `closed ${end.closeCode} ${end.reason}`);
    }
    void stream.closed;
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  removeEventListener('unhandledrejection', onUnhandled);
  return seen;
}

/** Runs streams one after the other. */
export async function runStreams(urls: readonly string[]): Promise<Record<string, Seen>> {
  const seen: Record<string, Seen> = {};
  for (const url of urls) seen[new URL(url).pathname] = await runStream(url);
  return seen;
}
