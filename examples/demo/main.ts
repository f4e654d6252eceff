import { parseArgs } from 'node:util';
import { instrumentWebSockets } from '@closespan/node';
import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import {
  createCloseStore,
  createPageHandler,
  type ReceiverOptions,
  startClosespanReceiver,
} from 'closespan/receiver';
import { checkRows } from './check-rows.ts';
import { type CloseRow, rowOfClose, rowOfRecord } from './close-row.ts';
import { endingPanel } from './ending-panel.ts';
import { startEndingServer } from './ending-server.ts';
import { ENDINGS } from './endings.ts';
import { outageRow } from './outage-row.ts';
import { printTable } from './print-table.ts';
import { runEnding } from './run-ending.ts';

const once = parseOnce();
const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = process.env;
let lost = 0;
const logger = new DiagConsoleLogger();
diag.setLogger(
  Object.assign(logger, {
    error: (...message: unknown[]) => {
      lost++;
      console.error(...message);
    },
  }),
  DiagLogLevel.WARN,
);

const store = createCloseStore();
/** Serves the page, once there are endings to be made from it. */
let serve: NonNullable<ReceiverOptions['serve']> = () => false;
const receiver = await startClosespanReceiver({
  port: Number(process.env['PORT'] ?? 0),
  store,
  serve: (request, response) => serve(request, response),
}).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
const hooked: CloseRow[] = [];
const handle = instrumentWebSockets({
  serviceName: 'closespan-demo',
  acceptCarriers: ['query'],
  closeHook: (record) => hooked.push(rowOfRecord(record)),
  ...(!endpoint && { otlp: { url: receiver.url } }),
});
const server = await startEndingServer();

const durations = new Map<string, number>();
for (const ending of ENDINGS) {
  durations.set(ending.path, await runEnding(ending, server.urlOf(ending.path)));
}
await server.idle();
await handle.forceFlush();

const rows = endpoint ? hooked : store.closes.map(rowOfClose);
const outages = store.outages.map(outageRow);
const arrived = rows.length + outages.length + store.otherSpans;
printTable(rows, outages);
const problems = checkRows(rows, durations);
if (!endpoint && outages.length !== 1) problems.push(`${outages.length} outages arrived instead of 1`);
for (const problem of problems) console.error(problem);
console.log(
  endpoint
    ? `\n${rows.length} closes; their spans went to ${endpoint}${lost > 0 ? ', which did not take them' : ''}`
    : `\n${arrived} spans arrived at ${receiver.url}/v1/traces, from ${ENDINGS.length} endings`,
);
process.exitCode = problems.length > 0 || lost > 0 ? 1 : 0;

if (once) await stop();
else {
  serve = createPageHandler(store, { extension: await endingPanel(server) });
  const note = endpoint ? ', whose spans stay here' : '';
  console.log(`\nEnd connections of your own browser${note}: ${receiver.url}/   (Ctrl-C stops)`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop().then(() => process.exit(0)));
  }
}

async function stop(): Promise<void> {
  await server.close();
  await handle.shutdown();
  await receiver.close();
}

function parseOnce(): boolean {
  try {
    return parseArgs({ options: { once: { type: 'boolean', default: false } } }).values.once;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nUsage: npm run demo [-- --once]`);
    process.exit(1);
  }
}
