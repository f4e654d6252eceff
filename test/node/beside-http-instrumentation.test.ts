import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';

const program = fileURLToPath(new URL('fixtures/connect-beside-http-instrumentation.mjs', import.meta.url));

describe.each(NODE_VERSIONS)('on Node %s', (version) => {
  const binary = nodeBinary(version);

  it.skipIf(!binary).each([
    ['ws', 'none'],
    ['ws', 'before'],
    ['ws', 'after'],
    ['ws7', 'none'],
    ['ws7', 'after'],
    ['global', 'none'],
    ['global', 'before'],
    ['global', 'after'],
  ])('one context reaches the server from %s, instrumentations of HTTP started: %s', async (client, http) => {
    const flags = version === 20 ? ['--experimental-websocket'] : [];
    const { stdout, stderr } = await runNode(binary ?? '', [
      ...flags,
      program,
      String(new URLSearchParams({ client, http })),
    ]);
    expect(stdout, stderr).not.toBe('');
    const { app, headers, records } = JSON.parse(stdout);
    expect(headers).toHaveLength(1);
    const [, traceId, spanId] = headers[0].split('-');
    expect(traceId).toBe(app.traceId);
    // With an instrumentation of HTTP the server's end is a child of the request's span.
    expect(spanId === app.spanId).toBe(http === 'none');
    const [served, made] = records.sort((a: { kind: string }, b: { kind: string }) =>
      b.kind.localeCompare(a.kind),
    );
    expect([served.kind, made.kind]).toEqual(['server', 'client']);
    expect(served).toMatchObject({ traceId, parent: { traceId, spanId, isRemote: true } });
    expect(made).toMatchObject({ traceId, parent: { spanId: app.spanId } });
    expect(served.connectionId).toBe(made.connectionId);
  });
});
