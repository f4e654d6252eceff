import type { CloseStore } from '../closes/close-store.ts';
import { type Command, type CommandContext, UsageError } from '../command-line/command.ts';
import { parseFlags, readNumber, readSeconds } from '../command-line/parse-flags.ts';
import { type ClosespanReceiver, startClosespanReceiver } from '../receiver/closespan-receiver.ts';
import { ListenError } from '../receiver/listen-error.ts';
import { createPaint } from '../terminal/paint.ts';
import { widthOf } from '../terminal/width-of.ts';
import { childEnvironment } from './child-environment.ts';
import { createExpectation, EXPECTATION_FLAGS, type Expectation } from './expectation.ts';
import { OTLP_PORT, openReceiver } from './open-receiver.ts';
import { textPrinter } from './print-closes.ts';
import { runChild, StartError } from './run-child.ts';
import { waitForSilence } from './wait-for-silence.ts';

const FLAGS = {
  ...EXPECTATION_FLAGS,
  port: { type: 'string' },
  wait: { type: 'string' },
} as const;

/** Variables, and values with which an app may send nothing. They are the user's decision, and stay as they are. */
const OFF: readonly (readonly [name: string, value: RegExp])[] = [
  ['OTEL_SDK_DISABLED', /^true$/i],
  ['OTEL_TRACES_EXPORTER', /^(?!.*otlp)./],
];
/** Longest time of `--wait`, in seconds. */
const LONGEST_WAIT = 3600;
/** Longest wait for late closes, as a multiple of the time without a close that ends the wait. */
const MOST_WAITS = 5;

/** Command that runs another command, and fails if a connection of that command closes in a way that is not wanted. */
export const expectCloses: Command = {
  usage: [
    [
      'expect [flags] -- COMMAND',
      'runs a command, and exits with 1 if one of its connections closes abnormally',
    ],
    ['--no-abnormal', 'no close may be abnormal. This is the default'],
    ['--max-abnormal N', 'at most N closes may be abnormal'],
    ['--allow CODE|CAUSE', 'closes with this code or cause may be abnormal; several are separated by commas'],
    ['--expect-code CODE', 'at least one close must have this code'],
    ['--allow-none', 'it is no failure if no close arrives'],
    [
      '--wait TIME',
      'time without a close after which nothing is waited for, once the command has ended. At most 1h. Default: 1.5s',
    ],
    ['--port N', `port of the receiver. Default: ${OTLP_PORT}, or a free one if that is taken`],
  ],
  async run(args, context) {
    const { own, command } = splitArgs(args);
    const { values } = parseFlags(own, FLAGS);
    const expectation = createExpectation(values);
    const quiet = readSeconds('--wait', values.wait ?? '1.5', LONGEST_WAIT) * 1000;
    const port = values.port === undefined ? undefined : readNumber('--port', values.port, 0, 65_535);
    const receiver = await openExpecting(port, context);
    const stop = receiver.store.onEvent((event) => {
      if (event.type === 'close') expectation.add(event.close);
    });
    try {
      const code = await runChild(command, childEnvironment(context.env, receiver.url), context);
      await waitForSilence(receiver.store, { quiet, most: quiet * MOST_WAITS }, context.signal);
      return report(expectation, receiver.store, code, context);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      context.stderr.write(`closespan: ${error.message}\n`);
      return error.exitCode;
    } finally {
      stop();
      await receiver.close();
    }
  },
};

/** Parts the arguments of this command from the command that is run. */
function splitArgs(args: readonly string[]): {
  own: readonly string[];
  command: readonly [string, ...string[]];
} {
  const at = args.indexOf('--');
  const [command, ...rest] = at < 0 ? [] : args.slice(at + 1);
  if (!command) throw new UsageError('Expected a command behind `--`, such as closespan expect -- npm test');
  return { own: args.slice(0, at), command: [command, ...rest] };
}

/**
 * Starts the receiver of a run.
 * @param port port that the user asks for. `undefined`: the port of OTLP, or a free one if that is taken
 */
async function openExpecting(
  port: number | undefined,
  { stderr }: CommandContext,
): Promise<ClosespanReceiver> {
  const host = '127.0.0.1';
  if (port !== undefined) return openReceiver({ port, host }, 'expect');
  try {
    return await startClosespanReceiver({ port: OTLP_PORT, host });
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    const receiver = await startClosespanReceiver({ port: 0, host });
    stderr.write(
      `closespan: port ${OTLP_PORT} is taken, so ${receiver.url} receives. Processes find it by OTEL_EXPORTER_OTLP_ENDPOINT; pages with default settings do not\n`,
    );
    return receiver;
  }
}

/** Says what is wrong with the closes, and lists those that are not wanted. Returns the exit code of the run. */
function report(
  expectation: Expectation,
  store: Pick<CloseStore, 'otherEnd' | 'closes'>,
  code: number,
  { stderr, env }: CommandContext,
): number {
  const paint = createPaint({ stream: stderr, env });
  const problems = expectation.problems();
  const off =
    store.closes.length === 0 && problems.length > 0
      ? OFF.filter(([name, value]) => value.test(env[name] ?? ''))
      : [];
  const listed: string[] = [];
  const out = { write: (more: readonly string[]) => void listed.push(...more) };
  const { printClose } = textPrinter(store, out, () => ({ paint, width: widthOf(stderr) }));
  if (problems.length > 0) expectation.unwanted.forEach(printClose);
  const lines = [
    ...listed,
    ...(code === 0 ? [] : [`closespan: the command has ended with ${code}`]),
    ...problems.map((problem) => `closespan: ${problem}`),
    ...off.map(([name]) => `closespan: ${name} is ${env[name]}: an app may then send nothing`),
    `closespan: ${expectation.summary()}`,
  ];
  stderr.write(lines.map((line) => `${line}\n`).join(''));
  return code || (problems.length > 0 ? 1 : 0);
}
