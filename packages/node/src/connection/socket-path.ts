import type { ClientRequest } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Peer } from '@closespan/core';
import { ownProperty, patchBefore } from '@closespan/core/platform';

/** A handle of Node. That of TLS has a parent, over which it sends. */
interface Handle {
  readonly _parent?: Handle;
  /** Absent in the handle of a pipe. */
  readonly getpeername?: unknown;
}

/** Sockets that connect to a path, with the path. */
const paths = new WeakMap<object, string>();
let stop: (() => void) | undefined;

/**
 * Notes from now on to which paths sockets connect. Node keeps the path nowhere. The method `connect` of `net.Socket` is
 * patched in place, once.
 */
export function watchSocketPaths(): void {
  stop ??= patchBefore(Socket.prototype, 'connect', noteConnect);
}

/** Restores the patched method. */
export function stopWatchingSocketPaths(): void {
  stop?.();
  stop = undefined;
}

/** Returns the path that a socket is connected to; `undefined` for TCP, or if the path was not noted. */
export function socketPathOf(socket: object | null | undefined): string | undefined {
  return socket ? paths.get(socket) : undefined;
}

/** Returns the path to which a socket could not connect; `undefined` for another error, or for TCP. */
export function failedSocketPath(error: unknown): string | undefined {
  const { syscall, address, port } = (error ?? {}) as NodeJS.ErrnoException & Partial<Peer>;
  return syscall === 'connect' && port === undefined && typeof address === 'string' ? address : undefined;
}

/** Returns the path to which a request of a client goes; `undefined` if the request goes over TCP. */
export function requestedSocketPath(request: ClientRequest | null | undefined): string | undefined {
  const { socketPath, agent } = (request ?? {}) as {
    readonly socketPath?: unknown;
    readonly agent?: { readonly options?: { readonly socketPath?: unknown } };
  };
  // The option of an agent wins, as it does in Node.
  return [agent?.options?.socketPath, socketPath].find((path) => typeof path === 'string' && path !== '') as
    | string
    | undefined;
}

/** Returns the path on which a server listens that accepted a socket; `undefined` for TCP. */
export function acceptedSocketPath(socket: Duplex | null | undefined): string | undefined {
  const { _handle, server } = (socket ?? {}) as {
    readonly _handle?: Handle | null;
    readonly server?: { address?(): unknown } | null;
  };
  const handle = _handle?._parent ?? _handle;
  if (!handle || handle.getpeername) return undefined;
  const address = server?.address?.();
  return typeof address === 'string' ? address : undefined;
}

/** Notes the path of a call such as `connect('/run/app.sock')`. Node itself passes an array that begins with options. */
function noteConnect(socket: object, [first]: readonly unknown[]): undefined {
  const options: unknown = Array.isArray(first) ? first[0] : first;
  const path: unknown =
    typeof options === 'object' && options ? ownProperty(options, 'path')?.value : options;
  // A text that is a number is a port.
  if (typeof path === 'string' && (options !== path || !(Number(path) >= 0)) && path) paths.set(socket, path);
}
