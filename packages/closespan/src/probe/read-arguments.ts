import { validateHeaderName, validateHeaderValue } from 'node:http';
import { UsageError } from '../command-line/command.ts';
import { parseFlags, readSeconds } from '../command-line/parse-flags.ts';
import type { ProbeOptions } from './probe-options.ts';

const FLAGS = {
  header: { type: 'string', multiple: true },
  subprotocol: { type: 'string', multiple: true },
  origin: { type: 'string' },
  for: { type: 'string' },
  'handshake-timeout': { type: 'string' },
  insecure: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/** Headers of a handshake that the client itself writes (RFC 6455 §4.1), and the one that has a flag. */
const RESERVED = /^(connection|upgrade|sec-websocket-.*|content-length|transfer-encoding|expect)$/i;
/** Matches a token of HTTP (RFC 9110 §5.6.2), which a subprotocol is. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
const SECOND = 1000;
const HOUR = 3600 * SECOND;

/**
 * Reads the arguments of `closespan probe`.
 * @throws UsageError for arguments that the command does not take. The message never holds the value of a header
 */
export function readArguments(args: readonly string[]): ProbeOptions {
  const { values, positionals } = parseFlags(args, FLAGS, true);
  const { subprotocol = [], origin, insecure = false, json = false } = values;
  for (const name of subprotocol) {
    if (!TOKEN.test(name) || subprotocol.indexOf(name) !== subprotocol.lastIndexOf(name))
      throw new UsageError('Expected --subprotocol to be one name without spaces or commas, each name once');
  }
  if (origin !== undefined) checkHeader('Origin', origin, '--origin');
  return {
    url: readUrl(positionals),
    headers: readHeaders(values.header),
    subprotocols: subprotocol,
    origin,
    silentFor: readDuration('for', values.for, 600 * SECOND, 24 * HOUR),
    handshakeTimeout: readDuration('handshake-timeout', values['handshake-timeout'], 30 * SECOND, HOUR),
    isInsecure: insecure,
    isJson: json,
  };
}

function readUrl(positionals: readonly string[]): URL {
  const [text = '', ...more] = positionals;
  if (more.length > 0)
    throw new UsageError(
      `Expected one URL, got ${positionals.length} arguments. Quote a header: --header 'Name: value'`,
    );
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^(ws|http)s?:$/.test(url.protocol) || url.hash)
    throw new UsageError('Expected a URL such as wss://example.com/path, without a fragment');
  // `URL` changes no special scheme into one that is not special, and all four are.
  url.protocol = url.protocol.replace('http', 'ws');
  return url;
}

function readHeaders(lines: readonly string[] = []): Record<string, string[]> {
  const headers: Record<string, string[]> = Object.create(null);
  for (const line of lines) {
    const [, name, value] = /^([^:]+):\s*(.*)$/s.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw new UsageError("Expected --header to be 'Name: value', with a colon");
    checkHeader(name, value, '--header');
    if (RESERVED.test(name))
      throw new UsageError(`Expected --header to name no header that the handshake itself has, got ${name}`);
    headers[name.toLowerCase()] = [...(headers[name.toLowerCase()] ?? []), value];
  }
  return headers;
}

function checkHeader(name: string, value: string, flag: string): void {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw new UsageError(`Expected ${flag} to be a name and a value that HTTP allows in a header`);
  }
}

/** Returns the milliseconds of a time that the user gives for a flag. */
function readDuration(flag: string, text: string | undefined, byDefault: number, longest: number): number {
  if (text === undefined) return byDefault;
  const duration = Math.round(readSeconds(`--${flag}`, text) * SECOND);
  if (duration >= SECOND && duration <= longest) return duration;
  throw new UsageError(`Expected \`--${flag}\` to be a time from 1s to ${longest / HOUR}h, got \`${text}\``);
}
