import { readFileSync } from 'node:fs';
import type { CloseCategory, CloseCause, CloseInitiator } from '@closespan/core';
import * as core from '@closespan/core';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTES, GROUPS, referencesOf, valuesOf } from './helpers/read-registry.ts';
import { docs, namesIn, rowsOf } from './helpers/telemetry-page.ts';

const metricNames = GROUPS.flatMap(({ metric_name: name }) => name ?? []);
const refsOf = (...ids: string[]) =>
  GROUPS.filter(({ id }) => ids.includes(id)).flatMap((group) => referencesOf(group).map(({ ref }) => ref));

/** Names that `semconv.ts` exports under a prefix. The headers of a response are one template upstream. */
function exported(prefix: string): string[] {
  return Object.entries(core as Readonly<Record<string, unknown>>)
    .filter(([key]) => key.startsWith(prefix))
    .map(([, name]) => (typeof name === 'function' ? String(name('')).slice(0, -1) : String(name)))
    .map((name) => name.replace('http.request.header.origin', 'http.request.header'));
}

describe('names', () => {
  it('of attributes are those of semconv.ts', () => {
    const used = new Set(GROUPS.flatMap((group) => referencesOf(group).map(({ ref }) => ref)));
    expect([...used].sort()).toEqual([...new Set(exported('ATTR_'))].sort());
  });

  it('of metrics are those of semconv.ts', () => {
    expect([...metricNames].sort()).toEqual(exported('METRIC_').sort());
  });

  it('of spans are those of semconv.ts', () => {
    const spans = GROUPS.filter(({ type }) => type === 'span').map(({ id }) =>
      id.replace(/^span\.|\.(client|server)$/g, ''),
    );
    expect([...new Set(spans)].sort()).toEqual(exported('SPAN_').sort());
  });
});

describe('the contract in docs/telemetry.md', () => {
  const rows = rowsOf('### Attributes').map(([cell = '', type = '', when = '']) => ({
    names: namesIn(cell.split(' = ')[0] ?? ''),
    type,
    when,
  }));

  it('has the attributes of the close span', () => {
    const inRegistry = new Set(refsOf('span.websocket.close.client', 'span.websocket.close.server'));
    expect([...new Set(rows.flatMap(({ names }) => names))].sort()).toEqual([...inRegistry].sort());
  });

  it.each(
    rows.flatMap(({ names, type, when }) =>
      names.map((name, index) => ({
        name,
        type: type.split(', ')[type.startsWith('string, int') ? index : 0] ?? '',
        unit: type.split(', ')[1],
        when,
      })),
    ),
  )('and the type and unit of $name', ({ name, type, unit, when }) => {
    const { type: defined, brief = '' } = ATTRIBUTES.get(name) ?? {};
    if (!defined) return expect(name).not.toMatch(/^websocket\./);
    expect(typeof defined === 'object' ? 'string' : defined).toBe(type);
    if (unit === 's') expect(brief).toMatch(/seconds\.$/);
    if (unit === 'bytes') expect(brief).toMatch(/bytes/);
    // What is always there is required, and nothing else is.
    const levels = GROUPS.filter(({ id }) => id.startsWith('span.websocket.close.')).map(
      (group) => referencesOf(group).find(({ ref }) => ref === name)?.requirement_level,
    );
    expect(levels.every((level) => level === 'required')).toBe(/^always/.test(when));
    expect(levels.includes('opt_in')).toBe(
      /option `(messages|appState)`|^with the counts/.test(when) && !/duration/.test(name),
    );
  });

  it('has the attributes of the reconnect span', () => {
    const own = rowsOf('## Span `websocket.reconnect`').flatMap(([cell = '']) => namesIn(cell));
    const common = refsOf('attributes.websocket.target');
    expect(own.filter((name) => name.startsWith('websocket.') || name === 'error.type').sort()).toEqual(
      refsOf('span.websocket.reconnect')
        .filter((name) => !common.includes(name))
        .sort(),
    );
  });

  it.each(rowsOf('## Metrics').map((row) => ({ metric: row[0] ?? '', row })))('has $metric', ({ row }) => {
    const [cell = '', kind = '', labels = ''] = row;
    for (const name of namesIn(cell)) {
      const metric = GROUPS.find(({ metric_name }) => metric_name === name);
      const instrument = metric?.instrument?.replace('updowncounter', 'observable UpDownCounter');
      expect(`${instrument}, \`${metric?.unit}\``.toLowerCase()).toBe(kind.toLowerCase());
      const known = namesIn(labels.replace(/by option `messages`: |as the number of messages/, ''));
      if (known[0] && metric)
        expect(
          referencesOf(metric)
            .map(({ ref }) => ref)
            .sort(),
        ).toEqual(known.filter((label) => label !== 'messages').sort());
    }
  });

  it('has every metric of the registry', () => {
    expect(
      rowsOf('## Metrics')
        .flatMap(([cell = '']) => namesIn(cell))
        .sort(),
    ).toEqual([...metricNames].sort());
  });

  it.each([
    ['websocket.close.cause', '### Causes'],
    ['websocket.close.initiator', '#### Initiator'],
    ['websocket.handshake.phase', '#### The phase of a handshake'],
    ['websocket.handshake.invalid', '#### Invalid responses'],
    ['websocket.transport.end', '#### The end of TCP'],
  ])('has the values of %s', (name, heading) => {
    expect(
      rowsOf(heading)
        .map(([cell = '']) => cell.replaceAll('`', ''))
        .sort(),
    ).toEqual(valuesOf(name)?.sort());
  });

  it.each([...ATTRIBUTES.keys()].filter(valuesOf))('names each value of %s', (name) => {
    // Categories have a page of their own.
    const pages = name.endsWith('.category')
      ? readFileSync(new URL('../../docs/close-codes.md', import.meta.url), 'utf8')
      : docs;
    for (const value of valuesOf(name) ?? []) expect(pages).toMatch(new RegExp(`[\`| ]${value}[\`| ]`));
  });
});

describe('values', () => {
  // The compiler refuses a list that lacks a member of the union, or has one more.
  const CAUSES: Readonly<Record<CloseCause, 1>> = {
    aborted_connecting: 1,
    bfcache: 1,
    close_timeout: 1,
    connection_lost: 1,
    connection_reset: 1,
    handshake_failed: 1,
    handshake_rejected: 1,
    handshake_timeout: 1,
    idle_timeout: 1,
    local_close: 1,
    local_terminate: 1,
    message_too_big: 1,
    offline: 1,
    page_exit: 1,
    ping_timeout: 1,
    policy: 1,
    pong_backlog: 1,
    process_exit: 1,
    protocol_error: 1,
    remote_close: 1,
    server_error: 1,
    server_restart: 1,
    suspended: 1,
    too_many_parts: 1,
    unknown: 1,
  };
  const INITIATORS: Readonly<Record<CloseInitiator, 1>> = { local: 1, none: 1, remote: 1, unknown: 1 };
  const CATEGORIES: Readonly<Record<CloseCategory, 1>> = {
    application: 1,
    internal: 1,
    library: 1,
    lost: 1,
    normal: 1,
    policy: 1,
    protocol: 1,
    reserved: 1,
    transient: 1,
  };

  it.each([
    [core.ATTR_WEBSOCKET_CLOSE_CAUSE, CAUSES],
    [core.ATTR_WEBSOCKET_CLOSE_INITIATOR, INITIATORS],
    [core.ATTR_WEBSOCKET_CLOSE_CATEGORY, CATEGORIES],
  ])('of %s are those of its type', (name, values) => {
    expect(valuesOf(name)?.sort()).toEqual(Object.keys(values).sort());
  });
});
