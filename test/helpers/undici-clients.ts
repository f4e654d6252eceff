import { NODE_VERSIONS, nodeBinary } from './run-node.ts';

/** A WebSocket client of undici: Node's global, or a version of the package, on one Node. */
export interface UndiciClient {
  readonly version: (typeof NODE_VERSIONS)[number];
  /** The module that a fixture imports; `global` is Node's `WebSocket`. */
  readonly client: 'global' | 'undici6' | 'undici7' | 'undici8';
  /** `undefined` where this machine has no such Node. */
  readonly binary: string | undefined;
  /** undici 6 fires no `close` after a failed handshake. */
  readonly firesClose: boolean;
}

/** Each client on each Node that it runs on: Node 20 has no global, and undici 8 needs Node 22.19. */
export const UNDICI_CLIENTS: readonly UndiciClient[] = NODE_VERSIONS.flatMap((version) =>
  (['global', 'undici6', 'undici7', 'undici8'] as const)
    .filter((client) => version > 20 || client === 'undici6' || client === 'undici7')
    .map((client) => ({
      version,
      client,
      binary: nodeBinary(version),
      firesClose: client === 'global' ? version > 22 : client !== 'undici6',
    })),
);

/** The line of a close by a client that fires no `close` event after a failed handshake: the record is synthetic. */
export function withoutCloseEvent(line: string): string {
  return line.replace(/ (handshake_\w+|aborted_connecting)/, ' $1 synthetic');
}
