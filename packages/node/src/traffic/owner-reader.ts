import type { Connection } from '@closespan/core/platform';
import type { ReadOpenFacts } from '../connection/open-walk.ts';
import type { CountedStream } from './counted-stream.ts';

/** A connection that stores its index in a list; `undefined` while it is in no list. */
export interface Placed {
  place: number | undefined;
}

/** Reads what belongs to the objects of a list. Nothing is returned for an object whose record is made. */
export interface OwnerReader<Owner> {
  placedOf(owner: Owner): Placed | null | undefined;
  connectionOf(owner: Owner): Connection | null | undefined;
  streamOf(owner: Owner): CountedStream | null | undefined;
  readonly factsOf: ReadOpenFacts<Owner>;
  /**
   * Says whether a ping of the app is unanswered for longer than the peer usually takes.
   * @defaultValue not known of any connection
   */
  isPingOverdue?(owner: Owner): boolean;
}
