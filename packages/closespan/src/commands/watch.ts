import { setTimeout as wait } from 'node:timers/promises';
import { createCloseStore } from '../closes/close-store.ts';
import type { Command, CommandContext } from '../command-line/command.ts';
import { parseFlags, readNumber } from '../command-line/parse-flags.ts';
import { createPageHandler } from '../page/create-page-handler.ts';
import { isLoopback } from '../receiver/allowed-hosts.ts';
import type { ClosespanReceiver } from '../receiver/closespan-receiver.ts';
import { countCloses } from '../terminal/count-closes.ts';
import { createLineWriter, type LineWriter } from '../terminal/line-writer.ts';
import { createPaint } from '../terminal/paint.ts';
import { plural } from '../terminal/plural.ts';
import { watchBanner } from '../terminal/watch-banner.ts';
import { widthOf } from '../terminal/width-of.ts';
import { OTLP_PORT, openReceiver } from './open-receiver.ts';
import { inBatches, jsonPrinter, textPrinter } from './print-closes.ts';

const FLAGS = {
  port: { type: 'string' },
  host: { type: 'string' },
  json: { type: 'boolean' },
  once: { type: 'string' },
} as const;

/** Shortest time between two lines about spans that are no closes, in milliseconds. */
const COUNT_PAUSE = 60_000;
/** Time in which the last response is sent, in milliseconds. */
const GRACE_MILLIS = 100;

/** Command that receives closes and prints them, until the user ends it. */
export const watch: Command = {
  usage: [
    ['[watch]', 'receives closes, and prints each one as it happens'],
    ['--port N', `listens on this port; 0 takes a free one. Default: ${OTLP_PORT}`],
    ['--host ADDRESS', 'listens on this address. Default: 127.0.0.1, which no other machine reaches'],
    ['--json', 'prints one line of JSON for each close and outage, and all else to stderr'],
    [
      '--once N',
      'ends after N closes, where the two ends of a connection are two. Ended sooner, it exits with 1',
    ],
  ],
  async run(args, context) {
    const { values } = parseFlags(args, FLAGS);
    const most = values.once === undefined ? undefined : readNumber('--once', values.once, 1, 1_000_000_000);
    const port = readNumber('--port', values.port ?? String(OTLP_PORT), 0, 65_535);
    const { json = false } = values;
    const host = values.host || '127.0.0.1';
    const store = createCloseStore();
    const serve = createPageHandler(store);
    const receiver = await openReceiver({ port, host, store, serve });
    const out = createLineWriter(context.stdout);
    const notes = json ? createLineWriter(context.stderr) : out;
    const paint = createPaint({ stream: json ? context.stderr : context.stdout, env: context.env });
    const { url } = receiver;
    const isOpen = !isLoopback(host);
    notes.write(watchBanner({ url, page: `${url}/`, isDefault: port === OTLP_PORT, isOpen }, paint));
    const count = await printUntil({ receiver, out, notes, context, json, most });
    // The exporter of the last close still waits for its response.
    if (!context.signal.aborted) await wait(GRACE_MILLIS);
    await receiver.close();
    return most !== undefined && count < most ? 1 : 0;
  },
};

/** Source, destination and end of what `watch` prints. */
interface Printing {
  readonly receiver: ClosespanReceiver;
  readonly out: LineWriter;
  readonly notes: LineWriter;
  readonly context: CommandContext;
  readonly json: boolean;
  /** Number of closes after which printing ends. */
  readonly most: number | undefined;
}

/** Prints what a receiver gets, until the user ends the command or enough closes have come. Resolves to their number. */
async function printUntil(printing: Printing): Promise<number> {
  const { receiver, out, notes, context, json, most = Number.POSITIVE_INFINITY } = printing;
  const { stdout, env, signal } = context;
  const { store } = receiver;
  const paint = createPaint({ stream: stdout, env });
  const { printClose, printOutage } = json
    ? jsonPrinter(store, out)
    : textPrinter(store, out, () => ({ paint, width: widthOf(stdout) }));
  const counts = countCloses();
  let countedAt = Number.NEGATIVE_INFINITY;

  /** Says how many spans are not shown, at most once a minute. */
  function noteOthers(): void {
    if (performance.now() - countedAt < COUNT_PAUSE) return;
    countedAt = performance.now();
    notes.write([
      paint('dim', `${' '.repeat(9)}${plural(store.otherSpans, 'other span')} so far, not shown`),
    ]);
  }

  await new Promise<void>((resolve) => {
    const stop = inBatches(store, (events) => {
      for (const event of events) {
        if (counts.closes >= most) break;
        if (event.type === 'close') {
          counts.addClose(event.close);
          printClose(event.close);
        } else if (event.type === 'outage') {
          counts.addOutage();
          printOutage(event.outage);
        } else if (event.type === 'counts' && store.otherSpans > 0) noteOthers();
      }
      if (counts.closes >= most) end();
    });
    function end(): void {
      stop();
      resolve();
    }
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
  const rest = [
    store.otherSpans > 0 && `${plural(store.otherSpans, 'other span')}, not shown`,
    out.dropped > 0 && `${plural(out.dropped, 'block')} of lines not printed, since nobody read them`,
  ].filter(Boolean);
  notes.writeLast(['', [counts.summary(), ...rest].join('; ')]);
  return counts.closes;
}
