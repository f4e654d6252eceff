import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { expect } from 'vitest';
import { onFinalResponse } from '../../../packages/node/src/upgrades/final-response.ts';
import type { FinalResponse } from '../../../packages/node/src/upgrades/read-response.ts';
import { chunked } from '../chunked.ts';
import { fuzz } from '../fuzz.ts';

/** Header lines of a response. */
const headers = fc
  .array(fc.tuple(fc.stringMatching(/^[A-Za-z-]{1,12}$/), fc.stringMatching(/^[ -~]{0,30}$/)), {
    maxLength: 4,
  })
  .map((list) => list.map(([name, value]) => `${name}: ${value}\r\n`).join(''));
const reason = fc.stringMatching(/^[ -~]{0,20}$/);

function response(status: fc.Arbitrary<number>): fc.Arbitrary<{ status: number; text: string }> {
  return fc
    .record({ status, version: fc.constantFrom('1.0', '1.1'), reason, headers })
    .map(({ status, version, reason, headers }) => ({
      status,
      text: `HTTP/${version} ${status} ${reason}\r\n${headers}\r\n`,
    }));
}

const interim = response(fc.constantFrom(100, 102, 103, 199));
const final = response(fc.oneof(fc.constant(101), fc.integer({ min: 200, max: 599 })));

/** Writes chunks to a stream, one after the other, and returns the responses that were told. */
async function responsesTo(chunks: readonly Buffer[], isCorked: boolean): Promise<FinalResponse[]> {
  const responses: FinalResponse[] = [];
  const written: Buffer[] = [];
  const take = (chunk: Buffer) => void written.push(chunk);
  const stream = new Duplex({
    write(chunk, _encoding, done) {
      take(chunk);
      done();
    },
    ...(isCorked && {
      writev(list: { chunk: Buffer }[], done: () => void) {
        for (const { chunk } of list) take(chunk);
        done();
      },
    }),
  });
  onFinalResponse(stream, {}, (response) => responses.push(response));
  if (isCorked) stream.cork();
  for (const chunk of chunks) stream.write(chunk);
  if (isCorked) stream.uncork();
  expect(Buffer.concat(written)).toEqual(Buffer.concat(chunks));
  stream.destroy();
  return responses;
}

fuzz(
  'the status of the final response is read after interim responses, however the text is written',
  2000,
  fc.asyncProperty(
    fc.array(interim, { maxLength: 5 }).chain((interims) =>
      final.chain((last) => {
        const text = [...interims.map(({ text }) => text), last.text].join('');
        return fc.record({ status: fc.constant(last.status), chunks: chunked(Buffer.from(text, 'latin1')) });
      }),
    ),
    fc.boolean(),
    async ({ status, chunks }, isCorked) => {
      expect(await responsesTo(chunks, isCorked)).toEqual([{ statusCode: status }]);
    },
  ),
);

fuzz(
  'whatever a server writes gives one response, and reaches the stream unchanged',
  1500,
  fc.asyncProperty(
    fc
      .oneof(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.tuple(interim, fc.string({ maxLength: 60 })).map(([{ text }, rest]) => text + rest),
        fc
          .tuple(fc.integer({ min: 1, max: 3000 }), final)
          .map(([count, { text }]) => 'HTTP/1.1 100 \r\n\r\n'.repeat(count) + text),
      )
      .chain((text) => chunked(Buffer.from(text))),
    fc.boolean(),
    async (chunks, isCorked) => {
      const [response, ...others] = await responsesTo(chunks, isCorked);
      expect(others).toEqual([]);
      const { statusCode } = response ?? {};
      expect(response).toBeDefined();
      expect(statusCode === undefined || (statusCode >= 0 && statusCode <= 999)).toBe(true);
    },
  ),
);
