import type { Buffer } from 'node:buffer';
import type { Attributes } from '@opentelemetry/api';
import type { JsonBytes } from './json-bytes.ts';
import { anyValueJson, jsonString } from './json-text.ts';

/** Attributes that were written before, with the positions of their bytes. */
interface Template {
  readonly block: Buffer;
  /** Position after the bracket before the first attribute. */
  readonly begin: number;
  readonly names: readonly string[];
  readonly values: readonly unknown[];
  /** Positions at which the values start. */
  readonly starts: readonly number[];
  /** Positions of the commas after the attributes. */
  readonly ends: readonly number[];
}

/**
 * Makes a function that writes attributes as the items of an OTLP array. Each item ends with a comma. Closes of a
 * process have most attributes in common, so these bytes are copied from the first call that wrote to a block of memory.
 * A value that is no text, number, boolean or array is left out.
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function createAttributesWriter(): (out: JsonBytes, attributes: Attributes) => void {
  let template: Template | undefined;

  /** Writes all attributes, and makes a template of them. */
  function writeNew(out: JsonBytes, attributes: Attributes): void {
    const [names, values, starts, ends]: [string[], unknown[], number[], number[]] = [[], [], [], []];
    const { block, position: begin } = out;
    for (const name of Object.keys(attributes)) {
      const value: unknown = attributes[name];
      if (!isValue(value)) continue;
      out.text(`{"key":${jsonString(name)},"value":`);
      starts.push(out.position);
      out.text(`${anyValueJson(value)}}`);
      ends.push(out.position);
      out.comma();
      names.push(name);
      values.push(value);
    }
    // Positions in two blocks make no template.
    if (block === out.block) template = { block, begin, names, values, starts, ends };
  }

  return (out, attributes) => {
    if (template?.block === out.block) writeLike(template, out, attributes);
    else writeNew(out, attributes);
  };
}

/** Writes attributes, of which as many bytes as possible are copied from a template. */
function writeLike(
  { block, begin, names, values, starts, ends }: Template,
  out: JsonBytes,
  attributes: Attributes,
): void {
  const ownNames = Object.keys(attributes);
  const ownValues: unknown[] = Object.values(attributes);
  // Part of the template that is still to be copied, with a comma after it.
  let from = begin;
  let to = begin - 1;
  let next = 0;
  for (let i = 0; i < ownNames.length; i++) {
    const name = ownNames[i] as string;
    const value = ownValues[i];
    if (!isValue(value)) continue;
    const index = names[next] === name ? next : names.indexOf(name, next);
    if (index === -1) {
      out.copyItems(block, from, to);
      from = Math.max(from, to + 1);
      out.text(`{"key":${jsonString(name)},"value":${anyValueJson(value)}},`);
      continue;
    }
    if (index > next) {
      out.copyItems(block, from, to);
      from = (ends[index - 1] as number) + 1;
    }
    next = index + 1;
    to = ends[index] as number;
    // An array may have changed since.
    if (values[index] === value && typeof value !== 'object') continue;
    out.copy(block, from, starts[index] as number);
    out.text(`${anyValueJson(value)}},`);
    from = to + 1;
  }
  out.copyItems(block, from, to);
}

function isValue(value: unknown): boolean {
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' || Array.isArray(value);
}
