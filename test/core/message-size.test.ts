import { messageSize } from '@closespan/core/messages';
import { expect, it } from 'vitest';

const PARTS = {
  'one byte a unit': 'a',
  'two bytes a unit': 'ß',
  'three bytes a unit': '日',
  'pairs of surrogates': '😀',
  'halves of pairs, first halves first': '\ud83d\ud83d\ude00\ude00',
  'a first half at the end': 'a\ud83d',
  'a second half at the start': '\ude00a',
  'the last unit before two bytes, and the first of two': '\x7f\x80',
  'the last unit before three bytes, and the first of three': '\u07ff\u0800',
  'units beside the surrogates': '\ud7ff\ue000\uffff',
};

/** Lengths on both sides of the length above which texts are encoded. */
const LENGTHS = [0, 1, 2, 127, 128, 129, 1022, 1023, 1024, 1025, 1026, 5000];

it.each(Object.entries(PARTS))('a text has the size of its UTF-8: %s', (_, part) => {
  for (const length of LENGTHS) {
    const text = part.repeat(length).slice(0, length);
    expect(messageSize(text), `${length} units`).toBe(Buffer.byteLength(text));
    expect(messageSize(`${text}${part}`), `${length} units and more`).toBe(
      Buffer.byteLength(`${text}${part}`),
    );
  }
});
