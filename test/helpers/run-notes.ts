import type { CloseNote, CloseRecord, WebSocketHandle, WebSocketOptions } from '@closespan/core';
import { HOSTILE_NOTES } from './hostile-notes.ts';

/** Facts that an app sees of its notes, in any runtime. */
export interface NotesSeen {
  /** Ids of the noted connection: at once, at `open`, at `close`, and later. */
  readonly ids: readonly (string | null)[];
  /** Id of an object that is no socket. */
  readonly strangeId: string | null;
  /** Path of each connection for which the hook got the app's own socket, and the room in its record. */
  readonly hooked: readonly string[];
  /** Messages of the errors that a note or a question for an id threw. */
  readonly thrown: readonly string[];
}

const hooked: string[] = [];
const socketsByPath = new Map<string, object>();
const pathOf = ({ endpoint }: CloseRecord) => endpoint.path;

/** Options of an app that notes. */
export const NOTE_OPTIONS: WebSocketOptions = {
  redactReason: (reason) => reason.replace(/\d/g, '#'),
  metricAttributes: ({ furtherAttributes }) => ({ 'app.room': String(furtherAttributes?.['app.room']) }),
  closeHook: (record, span, socket) => {
    const path = pathOf(record);
    const isOwn = socket === socketsByPath.get(path);
    span.setAttribute('app.hooked', isOwn);
    if (isOwn) hooked.push(`${path} ${record.furtherAttributes?.['app.room']}`);
  },
};

/** Makes connections that are noted on, one after the other, and closes each. Tells what the app saw. */
export async function runNotes(
  handle: Pick<WebSocketHandle, 'note' | 'connectionIdOf' | 'forceFlush'>,
  url: string,
  Client: typeof WebSocket = WebSocket,
): Promise<NotesSeen> {
  const thrown: string[] = [];
  const attempt = <T>(act: () => T): T | undefined => {
    try {
      return act();
    } catch (error) {
      thrown.push(String(error));
      return undefined;
    }
  };
  const note = (socket: object, words: unknown) => attempt(() => handle.note(socket, words as CloseNote));
  const idOf = (socket: unknown) => attempt(() => handle.connectionIdOf(socket as object)) ?? null;

  async function run(path: string, onOpen: (socket: WebSocket) => void, now?: (socket: WebSocket) => void) {
    const socket = new Client(url + path);
    socketsByPath.set(path, socket);
    now?.(socket);
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
    socket.addEventListener('open', () => onOpen(socket));
    await closed;
    return socket;
  }

  const ids: (string | null)[] = [];
  const noted = await run(
    '/noted',
    (socket) => {
      ids.push(idOf(socket));
      note(socket, { attributes: { 'app.users': 3, 'app.gone': undefined } });
      socket.addEventListener('close', () => {
        ids.push(idOf(socket));
        note(socket, { attributes: { 'app.last': true } });
      });
      socket.close(4001, 'bye');
    },
    (socket) => {
      ids.push(idOf(socket));
      note(socket, { attributes: { 'app.room': 'lobby', 'app.gone': 1 }, reason: 'moved to 7' });
    },
  );
  ids.push(idOf(noted));
  await run('/caused', (socket) => {
    note(socket, { cause: 'ping_timeout' });
    socket.close(4002);
  });
  await run('/unanswered', (socket) => socket.close(4003, 'session 42 is over'));
  for (const [what, words] of Object.entries(HOSTILE_NOTES)) {
    await run(`/hostile/${encodeURIComponent(what)}`, (socket) => {
      note(socket, words);
      socket.close(4004);
    });
  }
  for (const socket of [undefined, null, 7, 'socket', Symbol('socket'), {}, () => {}]) {
    note(socket as object, { reason: 'lost' });
    idOf(socket);
  }
  // The hook gets a close when its span is made, in a later turn.
  await handle.forceFlush();
  return { ids, strangeId: idOf({}), hooked: [...hooked], thrown };
}
