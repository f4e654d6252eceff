/** Writes one log line. */
type Write = (message: string, ...details: unknown[]) => void;

/** Logger whose lines can be limited. */
interface Logger {
  readonly error: Write;
  readonly warn: Write;
}

/** A text that was logged. */
interface Logged {
  /** Monotonic time from which on the text may be logged again, in milliseconds. */
  readonly again: number;
  /** How often the text was left out since then. */
  omitted: number;
}

/**
 * Shortest time between two lines with one text, in milliseconds. A little less than a minute, so that lines pass that
 * are limited to one a minute already.
 */
const BETWEEN_REPEATS = 59_000;
/** Largest number of texts that are remembered. */
const MOST_TEXTS = 256;

/** Functions of each logger as they were before the first limit. */
const unlimited = new WeakMap<Logger, Logger>();

/**
 * Lets a logger write each text at most once a minute. The next line says how often the text was left out. Peers choose
 * how often a hook of the app fails, for example by a path that the hook cannot decode. A further call forgets which
 * texts were logged.
 */
export function limitRepeats(logger: Logger): void {
  const { error, warn } = unlimited.get(logger) ?? logger;
  unlimited.set(logger, { error, warn });
  const texts = new Map<string, Logged>();

  function limited(write: Write): Write {
    return (message, ...details) => {
      const logged = texts.get(message);
      const time = performance.now();
      if (logged && time < logged.again) {
        logged.omitted++;
        return;
      }
      texts.delete(message);
      const [oldest = ''] = texts.size < MOST_TEXTS ? [] : texts.keys();
      texts.delete(oldest);
      texts.set(message, { again: time + BETWEEN_REPEATS, omitted: 0 });
      write(logged?.omitted ? `${message}, ${logged.omitted} times more` : message, ...details);
    };
  }

  Object.assign(logger, { error: limited(error), warn: limited(warn) });
}
