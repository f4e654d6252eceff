import type { Buffer } from 'node:buffer';
import type { SpanContext } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { BatchedSpan } from '../delivery/span-batches.ts';
import type { JsonSlice } from './json-bytes.ts';
import type { Envelope } from './span-envelope.ts';

/** Context of all written spans: batches contain only sampled spans. */
const SAMPLED: SpanContext = { traceId: '', spanId: '', traceFlags: 1 };

/** A span that has ended, as the bytes that an OTLP request contains. The span itself can be freed. */
export class WrittenSpan implements BatchedSpan {
  /** JSON around the span in a request. */
  readonly envelope: Envelope;
  readonly #slice: JsonSlice;

  constructor(slice: JsonSlice, envelope: Envelope) {
    this.#slice = slice;
    this.envelope = envelope;
  }

  /** Size of the span in a request, in bytes. */
  get bytes(): number {
    return this.#slice.end - this.#slice.start;
  }

  /** Resource of the span. The SDK's batches ask whether its attributes are known yet. */
  get resource(): Resource {
    return this.envelope.resource;
  }

  /** Returns a sampled context. The SDK's batches leave other spans out. */
  spanContext(): SpanContext {
    return SAMPLED;
  }

  /** Copies the bytes of the span. Returns the position after the last byte. */
  copyTo(body: Buffer, position: number): number {
    const { block, start, end } = this.#slice;
    return position + block.copy(body, position, start, end);
  }
}
