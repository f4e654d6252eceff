import type { OtlpReceiver } from '@closespan/testing';
import { expect } from 'vitest';
import { HOSTILE_NOTES } from './hostile-notes.ts';
import type { NotesSeen } from './run-notes.ts';

/** Differences between runtimes. */
interface Runtime {
  /** Whether a connection has an id before it opens. */
  readonly hasEarlyId: boolean;
  /** Whether the app runs with `NOTE_OPTIONS`. */
  readonly isHooked: boolean;
  /** Whether the metrics of the runtime have labels of the app. */
  readonly hasOwnLabels: boolean;
  /** Code of a connection that the server cuts after our Close frame. @defaultValue 1006 */
  readonly cutCode?: number;
}

/** Checks what `runNotes` left at a receiver, and what the app saw. */
export async function expectNotes(receiver: OtlpReceiver, seen: NotesSeen, runtime: Runtime): Promise<void> {
  const { isHooked } = runtime;
  const spanOf = (path: string) => {
    const spans = receiver.spans.filter(({ attributes }) => attributes['url.path'] === path);
    expect(spans, path).toHaveLength(1);
    return spans[0]?.attributes ?? {};
  };
  const hostile = Object.keys(HOSTILE_NOTES).map((what) => `/hostile/${encodeURIComponent(what)}`);
  await expect.poll(() => receiver.spans.length).toBe(hostile.length + 3);

  const noted = spanOf('/noted');
  expect(noted).toMatchObject({
    'app.room': 'lobby',
    'app.users': 3,
    'app.last': true,
    ...(isHooked && { 'app.hooked': true }),
    'websocket.close.noted_reason': isHooked ? 'moved to #' : 'moved to 7',
    'websocket.close.cause': 'local_close',
  });
  expect(noted).not.toHaveProperty(['app.gone']);
  const id = noted['websocket.connection.id'];
  expect(seen.ids).toEqual([runtime.hasEarlyId ? id : null, id, id, id]);
  expect(seen.strangeId).toBe(null);

  expect(spanOf('/caused')).toMatchObject({
    'websocket.close.cause': 'ping_timeout',
    'websocket.close.code': 4002,
  });
  expect(spanOf('/unanswered')).toMatchObject({
    'websocket.close.code': runtime.cutCode ?? 1006,
    'websocket.close.cause': 'local_close',
    'websocket.close.requested_code': 4003,
    'websocket.close.requested_reason': isHooked ? 'session ## is over' : 'session 42 is over',
  });

  for (const path of hostile) {
    const attributes = spanOf(path);
    expect(attributes, path).toMatchObject({
      'websocket.close.code': 4004,
      'websocket.close.cause': 'local_close',
    });
    expect(attributes, path).not.toHaveProperty(['websocket.close.noted_reason']);
    expect(JSON.stringify(attributes).length, path).toBeLessThan(20_000);
    // What is valid in a note stays.
    if ('app.value' in attributes) expect(attributes, path).toHaveProperty(['app.room'], 'lobby');
  }
  expect(seen.thrown).toEqual([]);
  if (!isHooked) return;
  expect(seen.hooked.filter((line) => !line.startsWith('/hostile'))).toEqual([
    '/noted lobby',
    '/caused undefined',
    '/unanswered undefined',
  ]);
  if (!runtime.hasOwnLabels) return;
  const rooms = receiver.points
    .filter(({ name }) => name === 'websocket.client.closes')
    .map(({ attributes }) => attributes['app.room']);
  expect(rooms).toContain('lobby');
}
