import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { randomHex } from '@closespan/core/platform';

/** File of a spool, as its name describes the file. A file holds the body of one export request (OTLP/JSON). */
export interface SpoolFile {
  /** Name of the file, with its claim. */
  readonly name: string;
  /** Name of the file without a claim. */
  readonly base: string;
  /** Number of spans in the file. */
  readonly count: number;
  /** Claim of the process that sends the file. `undefined` if no process sends the file. */
  readonly claim: SpoolClaim | undefined;
}

/** Claim of a process, which alone may then send the file. */
interface SpoolClaim {
  /** Time at which the claim ends, in epoch milliseconds. */
  readonly until: number;
  /** Machine or container of the process. */
  readonly host: string;
  readonly pid: number;
}

/** Matches the name of a file: its number of spans, and its claim if there is one. */
const NAME = /^(closespan-(\d{1,6})-[0-9a-f]{16}\.json)(?:\.(\d{13})\.([0-9a-f]{8})\.([1-9]\d{0,9}))?$/;
/** Time for which a claim is valid, in milliseconds. A process claims a file anew before each request. */
const CLAIM_MILLIS = 600_000;

/** Returns a new name for a file with the given number of spans. */
export function newSpoolFile(count: number): string {
  return `closespan-${count}-${randomHex(8)}.json`;
}

/** Reads the name of a file. Returns `undefined` for a name that closespan has not given. */
export function parseSpoolFile(name: string): SpoolFile | undefined {
  const [, base, count, until, host = '', pid] = NAME.exec(name) ?? [];
  if (!base) return undefined;
  const claim = until ? { until: Number(until), host, pid: Number(pid) } : undefined;
  return { name, base, count: Number(count), claim };
}

/** Returns the name that a file has while this process claims the file. */
export function claimedName(base: string): string {
  return `${base}.${Date.now() + CLAIM_MILLIS}.${ownHost()}.${process.pid}`;
}

/** Returns whether a claim still stands. The claim of a process that has ended does not stand. */
export function isStanding({ until, host, pid }: SpoolClaim): boolean {
  const left = until - Date.now();
  return left > 0 && left <= CLAIM_MILLIS && (host !== ownHost() || isAlive(pid));
}

let own: string | undefined;

/** Returns a short text for this machine or container. Processes with one text see each other's process ids. */
function ownHost(): string {
  own ??= hashOf(`${hostname()} ${pidNamespace()}`);
  return own;
}

/** Returns the name of the namespace of process ids (Linux). Containers may share a host name. */
function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Returns a hash of a text: 8 hexadecimal digits (FNV-1a). */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process is that of another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
