import { ATTR_WEBSOCKET_HANDSHAKE_PHASE } from '@closespan/core';
import type { Attributes } from '@opentelemetry/api';

/**
 * Step of a client's handshake. `dns`: the host name is looked up. `tcp`: the TCP connection is made. `tls`: both ends
 * agree on TLS. `response`: the request has left, and the response is awaited.
 */
export type HandshakePhase = 'dns' | 'tcp' | 'tls' | 'response';

/** Members of a TCP or TLS socket that show how far it has come. */
export interface ConnectingSocket {
  readonly connecting?: boolean;
  /** Whether the two ends have not agreed on TLS yet. Absent in TCP sockets. */
  readonly secureConnecting?: boolean;
  readonly destroyed?: boolean;
  /** Host name that the socket looks up, or has looked up; `null` if the app gave an address or a path. */
  readonly _host?: string | null;
  /** Addresses that the socket has tried; absent if only one was tried. */
  readonly autoSelectFamilyAttemptedAddresses?: readonly string[];
  /** Node's internal handle. That of a pipe lacks this method. */
  readonly _handle?: { getsockname?(name: { port?: number }): unknown } | null;
}

/** State of a handshake that has ended without a response. */
interface UnansweredHandshake {
  /** The TCP or TLS socket; absent if it is not known. */
  readonly socket?: ConnectingSocket | null | undefined;
  readonly error?: unknown;
  /** Whether the request has left. */
  readonly isSent: boolean;
}

/** Phases of sockets that were destroyed before they were connected, by socket and by the error that destroyed them. */
const phases = new WeakMap<object, HandshakePhase>();
/** Phases by the system call that has failed. */
const BY_SYSCALL: Readonly<Record<string, HandshakePhase>> = { getaddrinfo: 'dns', connect: 'tcp' };

/**
 * Notes in which phase a socket is destroyed, if the socket is not connected yet. Afterwards the socket does not show
 * the phase.
 */
export function noteUnconnected(socket: ConnectingSocket, error: unknown): void {
  const phase = phaseNow(socket, error);
  if (!phase) return;
  phases.set(socket, phase);
  if (typeof error === 'object' && error) phases.set(error, phase);
}

/**
 * Adds to attributes in which phase a client's handshake ended that got no response. The attributes are returned
 * unchanged if the phase is not known.
 */
export function withHandshakePhase(
  attributes: Attributes | undefined,
  handshake: UnansweredHandshake,
): Attributes | undefined {
  const phase = phaseOf(handshake);
  return phase ? { ...attributes, [ATTR_WEBSOCKET_HANDSHAKE_PHASE]: phase } : attributes;
}

function phaseOf({ socket, error, isSent }: UnansweredHandshake): HandshakePhase | undefined {
  const noted = [socket, error].map((key) => phases.get(key as object)).find(Boolean);
  return noted ?? phaseNow(socket ?? {}, error) ?? (isSent ? 'response' : undefined);
}

/** Returns the phase of a socket that is not connected, or whose connection has failed. */
export function phaseNow(socket: ConnectingSocket, error: unknown): HandshakePhase | undefined {
  const { syscall = '', errors } = (error ?? {}) as { readonly syscall?: string; readonly errors?: unknown };
  if (BY_SYSCALL[syscall]) return BY_SYSCALL[syscall];
  // Each address of the host has failed with an error of its own.
  if (Array.isArray(errors)) return 'tcp';
  if (socket.connecting) return isLookingUp(socket) ? 'dns' : 'tcp';
  return socket.secureConnecting ? 'tls' : undefined;
}

/** Says whether a socket that connects has no address to connect to yet. Only a connecting socket has a port of its own. */
function isLookingUp({
  _host,
  autoSelectFamilyAttemptedAddresses: attempted,
  _handle,
}: ConnectingSocket): boolean {
  if (!_host || attempted?.length) return false;
  const own: { port?: number } = {};
  _handle?.getsockname?.(own);
  return !own.port;
}
