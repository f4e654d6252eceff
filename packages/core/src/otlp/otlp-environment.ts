import { readFileSync, statSync } from 'node:fs';
import { parseKeyPairsIntoRecord } from '@opentelemetry/core';
import { diag } from '../registered-api.ts';
import { NAME } from '../version.ts';

/** Signal of OTLP, as the variables `OTEL_EXPORTER_OTLP_*` name a signal. */
export type Signal = 'TRACES' | 'METRICS';

const PREFIX = 'OTEL_EXPORTER_OTLP_';
const SIGNALS: readonly string[] = ['', 'TRACES_', 'METRICS_'];
/** Largest file of certificates or keys that is read, in bytes. The list of all public authorities has 250 kB. */
const LARGEST_FILE = 1_048_576;

/** Readers of the variables, by the end of their names. A reader throws an error that says what is wrong with a text. */
const READERS = {
  ENDPOINT: readAddress,
  HEADERS: readHeaders,
  TIMEOUT: readMillis,
  COMPRESSION: readCompression,
  CERTIFICATE: readFile,
  CLIENT_CERTIFICATE: readFile,
  CLIENT_KEY: readFile,
};

type Readers = typeof READERS;

/**
 * Reads a variable `OTEL_EXPORTER_OTLP_*`. An empty variable counts as unset (OpenTelemetry specification, "Environment
 * Variable Specification").
 * @param signal reads the form of the variable for this signal. @defaultValue the form for all signals
 * @returns `undefined` if the variable is unset or wrong
 */
export function readVariable<N extends keyof Readers>(
  name: N,
  signal?: Signal,
): ReturnType<Readers[N]> | undefined {
  try {
    // The reader and the result have the same name.
    return read(signal ? `${signal}_` : '', name) as ReturnType<Readers[N]> | undefined;
  } catch {
    return undefined;
  }
}

/** Logs one `diag.warn` for each variable `OTEL_EXPORTER_OTLP_*` that is wrong. Shows no text that may hold a secret. */
export function warnOfWrongVariables(): void {
  for (const name of Object.keys(READERS) as (keyof Readers)[]) {
    for (const signal of SIGNALS) {
      try {
        read(signal, name);
      } catch (error) {
        diag.warn(`${NAME}: ${PREFIX}${signal}${name} ignored, ${(error as Error).message}`);
      }
    }
  }
}

function read(signal: string, name: keyof Readers): ReturnType<Readers[keyof Readers]> | undefined {
  const variable = PREFIX + signal + name;
  const text = Object.hasOwn(process.env, variable) ? process.env[variable]?.trim() : undefined;
  return text ? READERS[name](text) : undefined;
}

function readAddress(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new Error('it is no address of HTTP');
  }
  return text;
}

/**
 * Reads headers of requests.
 * @throws Error if one of them is no header. The error shows neither names nor values: with a colon in the place of the
 * `=`, a name holds a secret
 */
function readHeaders(text: string): Record<string, string> {
  const headers = parseKeyPairsIntoRecord(text);
  if (Object.entries(headers).every(([name, value]) => isHeader(name, value))) return headers;
  throw new Error('one of its headers is none that a request may have');
}

/** Says whether a name and a value are a field of HTTP (RFC 9110 §5.1, §5.5) that an app may set. */
function isHeader(name: string, value: string): boolean {
  return (
    /^[!#$%&'*+.^`|~\w-]+$/.test(name) &&
    /^[\t\x20-\x7e\x80-\xff]*$/.test(value) &&
    !/^(?:content-length|transfer-encoding|connection|upgrade|expect|trailer|te)$/i.test(name)
  );
}

function readMillis(text: string): number {
  const millis = Number(text);
  if (millis > 0 && millis < Number.POSITIVE_INFINITY) return millis;
  throw new Error('it is no number of milliseconds above 0');
}

function readCompression(text: string): 'gzip' | 'none' {
  if (text === 'gzip' || text === 'none') return text;
  throw new Error('it is neither gzip nor none');
}

function readFile(path: string): Buffer {
  try {
    // A pipe would block the process, and a device may have no end.
    const stats = statSync(path);
    if (stats.isFile() && stats.size <= LARGEST_FILE) return readFileSync(path);
  } catch {
    // Said below.
  }
  throw new Error('its file cannot be read');
}
