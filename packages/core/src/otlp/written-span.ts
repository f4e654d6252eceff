import { Buffer } from 'node:buffer';
import type { SpanContext } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { BatchedSpan } from '../telemetry/span-batches.ts';
import type { Envelope } from './span-envelope.ts';

/** Size of a block of memory for the bytes of several spans. */
const BLOCK_BYTES = 65_536;
/** UTF-8 needs at most three bytes for a unit of UTF-16 (RFC 3629 §3). */
const MOST_BYTES = 3;

/** Context of all written spans: batches contain only sampled spans. */
const SAMPLED: SpanContext = { traceId: '', spanId: '', traceFlags: 1 };

let block: Buffer = Buffer.alloc(0);
let used = 0;

/** A span that has ended, as the bytes that an OTLP request contains. The span itself can be freed. */
export class WrittenSpan implements BatchedSpan {
  /** JSON around the span in a request. */
  readonly envelope: Envelope;
  readonly #block: Buffer;
  readonly #start: number;
  readonly #end: number;

  /** Writes a span. @param json the span as an OTLP `Span` in JSON */
  constructor(json: string, envelope: Envelope) {
    const most = json.length * MOST_BYTES;
    if (block.length - used < most) {
      block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, most));
      used = 0;
    }
    this.#block = block;
    this.#start = used;
    used += block.write(json, used);
    this.#end = used;
    this.envelope = envelope;
  }

  /** Size of the span in a request, in bytes. */
  get bytes(): number {
    return this.#end - this.#start;
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
    return position + this.#block.copy(body, position, this.#start, this.#end);
  }
}
