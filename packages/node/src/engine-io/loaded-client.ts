import { guard } from '@closespan/core/platform';

/** Matches the URL of a handshake of engine.io-client. */
const HANDSHAKE = /[?&]EIO=\d/;
/** Matches the file of the ES module in which engine.io-client makes its WebSockets. */
const FILE = /file:\/\/[^\s()]+\/transports\/websocket\.node\.js/;
/** Number of stack frames that are searched. */
const FRAMES = 50;
/** Number of handshakes at which the stack is searched. */
const MOST_TRIES = 20;

/**
 * Makes a function that looks for the ES module of engine.io-client. ES modules are in no list. But while the module
 * makes a client's socket, the stack has the module's file, and an `import` of a file that is loaded returns the loaded
 * module.
 * @param see called in a later turn with the exports of the module that has the socket class
 * @returns a function to call with the URL of each client's socket, within the call that makes the socket. The function
 *   says whether engine.io-client makes the socket, until the module is found
 */
export function findLoadedClient(see: (exported: unknown) => void): (url: string) => boolean {
  let tries = MOST_TRIES;
  let isLoading = false;
  return (url) => {
    if (tries === 0 || !HANDSHAKE.test(url)) return false;
    tries--;
    const file = FILE.exec(currentStack())?.[0];
    if (!file) return false;
    if (!isLoading) load(file);
    return true;
  };

  function load(file: string): void {
    isLoading = true;
    const { href } = new URL('../socket.js', file);
    // A bundler has no such file.
    import(/* webpackIgnore: true */ /* @vite-ignore */ href).then(
      (exported) => {
        tries = 0;
        guard('engine.io', () => see(exported), undefined);
      },
      // A copy with other files: its reasons stay unknown.
      () => {},
    );
  }
}

/** Returns the stack as a text, also if the app has set another length. */
function currentStack(): string {
  const { stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = FRAMES;
    return String(new Error().stack);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
