import type { FrameRules } from '../connection/frame-reader.ts';
import type { Agreement } from './response-head.ts';

/** Rules of the frames of a client, and of those of a server. */
interface RulesOfBoth {
  readonly client: FrameRules;
  readonly server: FrameRules;
}

/** Rules by the extensions of a connection. Without an extension, no frame has a reserved bit. */
const RULES: Readonly<Record<string, RulesOfBoth>> = {
  '': rulesOfBoth(0x70),
  // A compressed message has the bit RSV1 (RFC 7692 §6).
  'permessage-deflate': rulesOfBoth(0x30),
};
/** An extension that is not known may use each of the bits. */
const OTHER = rulesOfBoth(0);

/**
 * Returns the rules of the frames that one end of a connection sends.
 * @param agreement result of the handshake; `undefined` while it is not known
 */
export function frameRules(sender: 'client' | 'server', agreement: Agreement | undefined): FrameRules {
  return ((agreement && RULES[agreement.extensions]) ?? OTHER)[sender];
}

function rulesOfBoth(forbiddenBits: number): RulesOfBoth {
  return {
    client: { isMasked: true, forbiddenBits },
    server: { isMasked: false, forbiddenBits },
  };
}
