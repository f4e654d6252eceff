/** Events that the app sees of a connection, in order. */
export type Seen = readonly string[];

/** Makes a socket, ends it as its path says, and tells what the app saw. */
function runEnding(url: string): Promise<Seen> {
  const seen: string[] = [];
  const [, what, code] = new URL(url).pathname.split('/');
  let socket: WebSocket;
  try {
    socket = new WebSocket(url);
  } catch (error) {
    return Promise.resolve([`threw ${(error as Error).name}`]);
  }
  return new Promise((resolve) => {
    const end = () => resolve(seen);
    socket.onopen = () => {
      seen.push('open');
      if (what === 'cut' || what === 'break') socket.send('now');
      if (what === 'client') socket.close(Number(code), 'from client');
    };
    socket.onerror = () => {
      seen.push(`error ${socket.readyState}`);
      // Where a policy blocks the connection, Chromium fires no `close`.
      setTimeout(end, 100);
    };
    socket.onclose = (event) => {
      seen.push(`close ${event.code} ${event.wasClean} ${event.reason} ${socket.readyState}`);
      end();
    };
    if (what === 'abort') socket.close();
  });
}

/** Runs endings one after the other. */
export async function runEndings(urls: readonly string[]): Promise<Record<string, Seen>> {
  const seen: Record<string, Seen> = {};
  for (const url of urls) seen[new URL(url).pathname] = await runEnding(url);
  return seen;
}
