import {
  guard,
  type HandlersPlatform,
  type KeptConnection,
  now,
  replaceValue,
  stopAll,
  trackConnection,
} from '@closespan/core/platform';

/** Keeps facts about sockets of Durable Objects in the sockets' attachments, which outlive hibernation. */
export interface Attachments extends Required<Pick<HandlersPlatform, 'keep' | 'restore'>> {
  stop(): void;
}

/** Facts about one connection in an attachment. Times are epoch milliseconds. */
interface Facts {
  /** Time of the upgrade request; `undefined` if the request was not seen. */
  readonly start: number | undefined;
  readonly open: number;
  readonly id: string;
  readonly creation: KeptConnection['connection']['creation'];
  /** Call of the app that closes the connection, with the time of the call; `undefined` before. */
  readonly closing: KeptConnection['connection']['closing'];
  readonly details: KeptConnection['details'];
}

/** Key of the facts in an attachment. The number changes when the members of `Facts` change. */
const KEY = 'closespan.attachment.1';

/** The attachment of a socket: the facts, and the app's own value if there is one. */
interface Attachment {
  readonly [KEY]: Facts;
  readonly app?: unknown;
}

/** A socket of a Durable Object (Cloudflare, WebSocket Hibernation API). */
interface AttachedSocket {
  serializeAttachment(value: unknown): void;
  deserializeAttachment(): unknown;
}

type Serialize = (this: object, ...args: unknown[]) => unknown;

/**
 * Starts to keep facts about sockets in their attachments, beside the app's own value. The app reads its own value
 * unchanged. If both together are larger than an attachment may be, only the app's value is kept.
 * @param prototype prototype of the runtime's class `WebSocket`
 */
export function keepAttachments(prototype: object): Attachments {
  const native = prototype as AttachedSocket;
  const { serializeAttachment, deserializeAttachment } = native;
  const read = (socket: object): unknown => Reflect.apply(deserializeAttachment, socket, []);
  const stopReading = replaceValue<Serialize>(prototype, 'deserializeAttachment', {
    apply(target, self, args) {
      const value = Reflect.apply(target, self, args);
      return isAttachment(value) ? ('app' in value ? value.app : null) : value;
    },
  });
  // What the app could read must not be written.
  const stopWriting =
    stopReading &&
    replaceValue<Serialize>(prototype, 'serializeAttachment', {
      apply(target, self, args) {
        const facts = args.length > 0 ? guard('attachment', () => factsOf(self)) : undefined;
        if (!facts) return Reflect.apply(target, self, args);
        try {
          return Reflect.apply(target, self, [{ [KEY]: facts, app: args[0] } satisfies Attachment]);
        } catch {
          // Too large together, or not serializable by itself: then the app gets its own error.
          return Reflect.apply(target, self, args);
        }
      },
    });

  function factsOf(socket: unknown): Facts | undefined {
    const value = read(socket as object);
    return isAttachment(value) ? value[KEY] : undefined;
  }

  return {
    keep(socket, { connection, details }) {
      if (!stopWriting || !('serializeAttachment' in socket)) return;
      const { startedAt, openedAt = now(), connectionId: id, creation, closing } = connection;
      const epoch = (time: number) => Date.now() - (now() - time);
      const start = Number.isNaN(startedAt) ? undefined : epoch(startedAt);
      const open = epoch(openedAt);
      const facts = {
        start,
        open,
        id,
        creation,
        closing: closing && { ...closing, at: epoch(closing.at) },
        details,
      };
      const value = read(socket);
      const attachment = isAttachment(value) ? value : value === null ? {} : { app: value };
      try {
        Reflect.apply(serializeAttachment, socket, [{ ...attachment, [KEY]: facts }]);
      } catch {
        // Too large together: the app's value stays.
      }
    },
    restore(socket) {
      const facts = 'deserializeAttachment' in socket ? factsOf(socket) : undefined;
      if (!facts) return undefined;
      const { start = Number.NaN, open, id: connectionId, creation, closing, details } = facts;
      const monotonic = (time: number) => now() - (Date.now() - time);
      const connection = {
        ...trackConnection(undefined, monotonic(start)),
        openedAt: monotonic(open),
        creation,
        closing: closing && { ...closing, at: monotonic(closing.at) },
        connectionId,
      };
      return { connection, details };
    },
    stop: () => stopAll([stopWriting, stopReading]),
  };
}

function isAttachment(value: unknown): value is Attachment {
  return typeof value === 'object' && value !== null && KEY in value;
}
