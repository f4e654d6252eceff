import { explainClose } from '@closespan/core/explain';
import type { ReceivedSpan } from 'closespan/receiver';
import { expect, it } from 'vitest';
import { createCloseStore } from '../../packages/closespan/src/closes/close-store.ts';
import { helpText } from '../../packages/closespan/src/command-line/help-text.ts';
import { textPrinter } from '../../packages/closespan/src/commands/print-closes.ts';
import { closeLines } from '../../packages/closespan/src/terminal/close-lines.ts';
import { codeLines } from '../../packages/closespan/src/terminal/code-lines.ts';
import { registryRows } from '../../packages/closespan/src/terminal/code-table.ts';
import { createLineWriter } from '../../packages/closespan/src/terminal/line-writer.ts';
import { outageLines } from '../../packages/closespan/src/terminal/outage-lines.ts';
import { createPaint } from '../../packages/closespan/src/terminal/paint.ts';
import { closeSpanOf, outageSpanOf } from './close-spans.ts';

const paint = createPaint({ stream: {}, env: {} });
const span = closeSpanOf({
  service: 'a-service-with-a-name',
  attributes: { 'url.full': `wss://chat.example.com/${'rooms/'.repeat(20)}7` },
});
const close = { span, explanation: explainClose(span.attributes) };

it.each([40, 60, 80, 100])('no line of a close or an outage is longer than %i columns', (width) => {
  const lines = [
    ...closeLines(close, { paint, width }, { number: 12 }),
    ...closeLines(close, { paint, width }, { number: 12, otherEnd: 'above' }),
    ...outageLines(
      { ...outageSpanOf(43), resource: span.resource, attributes: span.attributes },
      { paint, width },
    ),
  ];
  expect(lines.filter((line) => line.length > width || /\s$|60\.0$/.test(line))).toEqual([]);
  const text = lines.join(' ');
  for (const part of ['1006 Abnormal Closure', '60.0 s', '#12', 'a-service-with-a-name', 'wss://chat', 's/7'])
    expect(text).toContain(part);
});

it('a wide terminal and a file have one line for the facts', () => {
  for (const width of [160, Number.POSITIVE_INFINITY]) {
    const [first] = closeLines(close, { paint, width }, { number: 12 });
    expect(first).toMatch(
      /^\d\d:\d\d:\d\d ✗ client 1006 Abnormal Closure {6}60\.0 s {2}wss:.*\/7 {2}a-service-with-a-name {2}#12$/,
    );
  }
});

it('connections are numbered one by one, whatever the order of their ends', () => {
  const store = createCloseStore();
  const shown: string[] = [];
  const out = createLineWriter({ write: (text) => shown.push(text) });
  const { printClose } = textPrinter(store, out, () => ({ paint, width: Number.POSITIVE_INFINITY }));
  store.addSpans([
    closeSpanOf({ id: 'one' }),
    closeSpanOf({ id: 'one', side: 'server' }),
    closeSpanOf({ id: 'two' }),
    closeSpanOf({ id: 'three', side: 'server' }),
    closeSpanOf({ id: 'two', side: 'server' }),
  ]);
  store.closes.forEach(printClose);
  expect(shown.map((text) => /(?:other end of )?#\d+/.exec(text)?.[0])).toEqual([
    '#1',
    '#1',
    '#2',
    '#3',
    'other end of #2',
  ]);
});

it('ends of a page and its server that no id joins are said to need a carrier, once', () => {
  const resource = { 'telemetry.sdk.language': 'webjs' };
  const page = (path: string, id?: string) => ({ ...closeSpanOf({ path, ...(id && { id }) }), resource });
  const server = (path: string, id?: string) => closeSpanOf({ side: 'server', path, ...(id && { id }) });
  const countNotes = (...spans: readonly ReceivedSpan[]) => {
    const store = createCloseStore();
    let shown = '';
    const out = createLineWriter({ write: (text) => (shown += text) });
    const { printClose } = textPrinter(store, out, () => ({ paint, width: 80 }));
    store.addSpans(spans);
    store.closes.forEach(printClose);
    return shown.match(/telemetry\.md#carriers/g)?.length ?? 0;
  };
  expect(countNotes(page('/a'), page('/b'), server('/a'), server('/b'))).toBe(1);
  expect(countNotes(server('/a'), page('/a'))).toBe(1);
  expect(countNotes(page('/a', 'one'), server('/a', 'one'))).toBe(0);
  expect(countNotes(page('/a'), server('/b'))).toBe(0);
  expect(countNotes(closeSpanOf({ path: '/a' }), server('/a'))).toBe(0);
  // A carrier has joined two ends.
  expect(countNotes(page('/a', 'one'), server('/a', 'one'), page('/a'), server('/a'))).toBe(0);
  const refused = server('/a');
  const attributes = { ...refused.attributes, 'websocket.handshake.succeeded': false };
  expect(countNotes(page('/a'), { ...refused, attributes })).toBe(0);
});

it('an end that closed shows the reason that it gave', () => {
  const shown = (reasons: Record<string, string>) => {
    const attributes = { ...span.attributes, ...reasons };
    return closeLines({ ...close, span: { ...span, attributes } }, { paint, width: 80 }).join();
  };
  const given = { 'websocket.close.requested_reason': 'idle' };
  expect(shown(given)).toContain('Reason: "idle"');
  expect(shown({ ...given, 'websocket.close.reason': 'busy' })).toContain('Reason: "busy"');
  // The reason belongs to another code than that of the line.
  expect(shown({ ...given, 'websocket.close.requested_code': 4000 as never })).not.toContain('Reason');
});

it.each([60, 80])('help and the table of codes fit %i columns', (width) => {
  const names = ['', 'watch', 'explain', 'codes', 'expect', 'probe'];
  const help = names.flatMap((name) => helpText(name, width).split('\n'));
  const table = codeLines(registryRows(), { paint, width });
  const isTooLong = (line: string) => line.length > Math.max(width, 34 + 24);
  expect([...help, ...table].filter(isTooLong)).toEqual([]);
  expect(table.join(' ').replace(/\s+/g, ' ')).toContain(
    '1006 Abnormal Closure: No Close frame arrived (lost, sent by nobody) 1007',
  );
});
