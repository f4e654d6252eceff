import type { Attributes } from '@opentelemetry/api';
import type { CloseNote } from './close-note.ts';

/** Memory of one further attribute without its text, in bytes: its place in the object, and a number. */
const ATTRIBUTE_BYTES = 24;

/**
 * Memory of one noted attribute without its name and text, in bytes. Seldom do two notes have the same names, and then
 * each note has a shape of its own.
 */
const NOTED_BYTES = 320;
/** Memory of one character of a note, in bytes. Names and texts may be of any script. */
const NOTED_CHARACTER_BYTES = 2;

/** Returns an estimate of the memory of further attributes, in bytes. Names are shared by all closes, values are not. */
export function attributeBytes(attributes: Attributes): number {
  let bytes = 0;
  for (const name in attributes) {
    const value = attributes[name];
    bytes += ATTRIBUTE_BYTES;
    if (typeof value === 'string') bytes += value.length;
    else if (Array.isArray(value)) for (const item of value) bytes += ATTRIBUTE_BYTES + String(item).length;
  }
  return bytes;
}

/** Returns an estimate of the memory of a note, in bytes. */
export function noteBytes(note: CloseNote | undefined): number {
  if (!note) return 0;
  let characters = note.reason?.length ?? 0;
  let items = 1;
  for (const [name, value] of Object.entries(note.attributes ?? {})) {
    const texts = Array.isArray(value) ? value : [value];
    items += texts.length;
    characters += name.length;
    for (const text of texts) if (typeof text === 'string') characters += text.length;
  }
  return items * NOTED_BYTES + characters * NOTED_CHARACTER_BYTES;
}
