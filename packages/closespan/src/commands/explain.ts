import { ATTR_WEBSOCKET_CLOSE_CODE, ATTR_WEBSOCKET_CLOSE_NAME, describeCloseCode } from '@closespan/core';
import { explainClose } from '@closespan/core/explain';
import type { ReceivedClose } from '../closes/received-close.ts';
import { type Command, type CommandContext, UsageError } from '../command-line/command.ts';
import { parseFlags } from '../command-line/parse-flags.ts';
import type { ReceivedSpan } from '../otlp/received-span.ts';
import { closeJson, jsonLine } from '../terminal/close-json.ts';
import type { CodeRow } from '../terminal/code-table.ts';
import { explanationLines } from '../terminal/explanation-lines.ts';
import { createPaint } from '../terminal/paint.ts';
import { widthOf } from '../terminal/width-of.ts';
import { type DescribedFacts, FACT_FLAGS, factsFromFlags, hasFacts } from './facts-from-flags.ts';
import { findCloses, MOST_CLOSES } from './find-closes.ts';
import { PRESET_NAMES, presetRows } from './preset-rows.ts';
import { readInput } from './read-input.ts';

const FLAGS = { ...FACT_FLAGS, json: { type: 'boolean' } } as const;

/** Span without a fact. */
const NO_SPAN: ReceivedSpan = {
  name: '',
  kind: 0,
  traceId: '',
  spanId: '',
  parentSpanId: undefined,
  startTime: Number.NaN,
  endTime: Number.NaN,
  attributes: {},
  statusCode: 0,
  statusMessage: undefined,
  links: [],
  resource: {},
  scope: { name: '' },
};

/** Command that explains a close: one that the user describes, or all in a file or in the standard input. */
export const explain: Command = {
  usage: [
    ['explain CODE [flags]', 'explains a close with this code'],
    ['explain FILE', 'explains the closes in a file: spans or records in JSON, also from the standard input'],
    ['--lifetime TIME', 'time from open to close: seconds, or 250ms, 1.5m, 2h'],
    ['--idle TIME', 'time without a byte before the end'],
    ['--silence TIME', 'time without a byte of the peer before the end'],
    ['--side client|server', 'the end that saw the close. Default: client'],
    ['--initiator WORD', 'who closed first: local, remote, none or unknown'],
    ['--cause WORD', 'cause that was recorded. Without it, the likely cause is concluded'],
    ['--reason TEXT', 'text of the Close frame'],
    ['--status N', 'HTTP status of the response that refused the handshake'],
    ['--error CODE', 'error of the system, such as ECONNRESET'],
    ['--unopened', 'the connection never opened'],
    ['--json', 'prints one line of JSON for each close'],
  ],
  async run(args, context) {
    const { values, positionals } = parseFlags(args, FLAGS, true);
    const [given, ...rest] = positionals;
    if (rest.length > 0)
      throw new UsageError(`Expected one code or one file, got \`${positionals.join(' ')}\``);
    const isDescribed = hasFacts(values) || /^\d{1,5}$/.test(given ?? '');
    const described = isDescribed ? factsFromFlags(given, values) : undefined;
    const closes = described ? [closeOf(described)] : await closesIn(given, context);
    print(closes, values.json === true, context, described?.assumed ?? []);
    return 0;
  },
};

async function closesIn(file: string | undefined, context: CommandContext): Promise<ReceivedClose[]> {
  const closes = findCloses(await readInput(file, context));
  if (closes.length === MOST_CLOSES)
    context.stderr.write(`closespan: the first ${MOST_CLOSES} closes are explained, and no others\n`);
  if (closes.length > 0) return closes;
  throw new UsageError(
    `No close is in ${file ?? 'the standard input'}. Expected spans of OTLP, close records, or attributes, in JSON`,
  );
}

function closeOf({ attributes, side, abnormal }: DescribedFacts): ReceivedClose {
  return {
    number: 1,
    span: { ...NO_SPAN, attributes, kind: side === 'client' ? 3 : 2, statusCode: abnormal ? 2 : 0 },
    explanation: explainClose(attributes),
  };
}

function print(
  closes: readonly ReceivedClose[],
  json: boolean,
  { stdout, env }: CommandContext,
  assumed: readonly string[],
): void {
  const paint = createPaint({ stream: stdout, env });
  const width = widthOf(stdout);
  const rows = presetRows(PRESET_NAMES);
  const lines = closes.flatMap((close, index) =>
    json
      ? [lineOf({ ...closeJson(close), ...(assumed.length > 0 && { assumed }) })]
      : [
          ...(index > 0 ? [''] : []),
          ...explanationLines(close, { paint, width }, { assumed, meanings: meaningsOf(close, rows) }),
        ],
  );
  stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** Returns a close as a line of JSON. Attributes that are nested deeper than JSON can be written are left out. */
function lineOf(close: object): string {
  try {
    return jsonLine(close);
  } catch {
    return jsonLine({ ...close, attributes: undefined, resource: undefined });
  }
}

/** Returns the meanings that presets give to the code of a close that has no name of its own. */
function meaningsOf({ span: { attributes } }: ReceivedClose, rows: readonly CodeRow[]): string[] {
  const code = Number(attributes[ATTR_WEBSOCKET_CLOSE_CODE]);
  const { name } = describeCloseCode(code);
  if ((attributes[ATTR_WEBSOCKET_CLOSE_NAME] ?? name) !== name) return [];
  return rows.filter((row) => row.code === String(code)).map((row) => `${row.name} in ${row.preset}`);
}
