/** Stream that lines are written to. */
interface LineStream {
  readonly writableLength?: number;
  write(text: string): unknown;
}

/** Writer of lines that drops what a slow reader cannot take. */
export interface LineWriter {
  /** Number of blocks of lines that were dropped. */
  readonly dropped: number;
  /** Writes lines that belong together, or drops all of them if the reader is slow. */
  write(lines: readonly string[]): void;
  /** Writes the last lines, which are never dropped. */
  writeLast(lines: readonly string[]): void;
}

/** Most characters that wait for the reader. A terminal that is paused takes none. */
const MOST_WAITING = 1024 * 1024;

/** Makes a writer of lines. While a reader takes nothing, further lines are dropped, so that memory stays bounded. */
export function createLineWriter(stream: LineStream): LineWriter {
  let dropped = 0;
  const writeLast = (lines: readonly string[]) => {
    stream.write(lines.map((line) => `${line}\n`).join(''));
  };
  return {
    get dropped() {
      return dropped;
    },
    write(lines) {
      if ((stream.writableLength ?? 0) > MOST_WAITING) dropped++;
      else writeLast(lines);
    },
    writeLast,
  };
}
