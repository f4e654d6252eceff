/** A ping that has no pong yet. */
interface SentPing {
  /** Number of the payload, from `payloadNumber`. */
  readonly payload: number;
  /** Time at which the ping was sent. */
  readonly at: number;
}

/** Largest number of unanswered pings that are remembered singly. */
const MOST = 16;

/**
 * Holds the unanswered pings of a connection while there are several. A pong answers its ping and all pings before it
 * (RFC 6455 §5.5.3). If several pings have the payload of the pong, nobody can know which of them the pong answers.
 */
export class OverlappingPings {
  /** Time between the last two pings. */
  interval = 0;
  #pings: SentPing[];
  #unanswered: number;
  /** Number of pongs that may still come for pings that count as answered. */
  #owed = 0;
  /** Payload of these pongs. */
  #owedPayload = 0;

  constructor(first: SentPing) {
    this.#pings = [first];
    this.#unanswered = 1;
  }

  /** Number of pings that have no pong. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Time at which the oldest unanswered ping was sent; `undefined` if every ping was answered. */
  get oldest(): number | undefined {
    return this.#pings[0]?.at;
  }

  /** Whether every ping was answered, and no pong may still come. */
  get isOver(): boolean {
    return this.#unanswered === 0 && this.#owed === 0;
  }

  /**
   * Notes one more ping.
   * @param interval time between this ping and the one before
   */
  noteSent(ping: SentPing, interval: number): void {
    this.interval = interval;
    // The oldest one stays, since its age decides.
    if (this.#pings.length === MOST) this.#pings.splice(1, 1);
    this.#pings.push(ping);
    this.#unanswered++;
  }

  /**
   * Notes a pong.
   * @returns the time at which its ping was sent; `undefined` if the ping is not known for certain, or if the pong
   *   answers no ping
   */
  notePong(payload: number): number | undefined {
    const last = this.#pings.findLastIndex((ping) => ping.payload === payload);
    const isOwed = this.#owed > 0 && this.#owedPayload === payload;
    if (last < 0) {
      if (isOwed) this.#owed--;
      return undefined;
    }
    const answered = this.#pings.splice(0, last + 1);
    const count = this.#unanswered - this.#pings.length;
    this.#unanswered = this.#pings.length;
    const isKnown =
      count === answered.length && answered.filter((ping) => ping.payload === payload).length === 1;
    if (isKnown && !isOwed) return answered.at(-1)?.at;
    if (!isKnown) {
      this.#owed = (isOwed ? this.#owed : 0) + count - 1;
      this.#owedPayload = payload;
    }
    return undefined;
  }
}
