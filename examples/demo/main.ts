import { parseArgs } from 'node:util';
import { instrumentWebSockets } from '@closespan/node';
import { startOtlpReceiver } from '@closespan/testing';
import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { checkRows } from './check-rows.ts';
import { type CloseRow, rowOfRecord, rowOfSpan } from './close-row.ts';
import { startDemoSite } from './demo-site.ts';
import { startEndingServer } from './ending-server.ts';
import { ENDINGS } from './endings.ts';
import { closesOf, outagesOf } from './outage-row.ts';
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

const receiver = await startOtlpReceiver();
const hooked: CloseRow[] = [];
const handle = instrumentWebSockets({
  serviceName: 'closespan-demo',
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

const rows = endpoint ? hooked : closesOf(receiver.spans).map(rowOfSpan);
const outages = outagesOf(receiver.spans);
printTable(rows, outages);
const problems = checkRows(rows, durations);
if (!endpoint && outages.length !== 1) problems.push(`${outages.length} outages arrived instead of 1`);
for (const problem of problems) console.error(problem);
console.log(
  endpoint
    ? `\n${rows.length} closes; their spans went to ${endpoint}${lost > 0 ? ', which did not take them' : ''}`
    : `\n${receiver.spans.length} spans arrived at ${receiver.url}/v1/traces, from ${ENDINGS.length} endings`,
);
process.exitCode = problems.length > 0 || lost > 0 ? 1 : 0;

if (once) await stop();
else {
  const site = await startDemoSite({ receiver, server, endpoint, port: Number(process.env['PORT'] ?? 0) });
  console.log(`\nEnd connections of your own browser: ${site.url}   (Ctrl-C stops)`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      site.close();
      void stop().then(() => process.exit(0));
    });
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
