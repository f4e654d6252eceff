import { readFileSync } from 'node:fs';
import { parseKeyPairsIntoRecord } from '@opentelemetry/core';
import { diag } from '../registered-api.ts';
import { NAME } from '../version.ts';

/** Signal of OTLP, as the variables `OTEL_EXPORTER_OTLP_*` name a signal. */
export type Signal = 'TRACES' | 'METRICS';

const PREFIX = 'OTEL_EXPORTER_OTLP_';
const SIGNALS: readonly string[] = ['', 'TRACES_', 'METRICS_'];

/** Readers of the variables, by the end of their names. A reader throws an error that says what is wrong with a text. */
const READERS = {
  ENDPOINT: readAddress,
  HEADERS: parseKeyPairsIntoRecord,
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
    return readFileSync(path);
  } catch {
    throw new Error('its file cannot be read');
  }
}
