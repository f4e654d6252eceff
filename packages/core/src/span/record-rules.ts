import type { Attributes } from '@opentelemetry/api';
import { guard } from '../guard.ts';
import type { WebSocketOptions } from '../options.ts';
import type { CloseFacts, PageFacts } from '../record/close-facts.ts';
import type { CloseNote } from '../record/close-note.ts';
import type { RecordRules } from '../record/create-close-record.ts';
import { createUrlParser, type Endpoint } from '../record/endpoint.ts';
import { hideToken } from '../record/hide-token.ts';
import { LONGEST_NOTED, MOST_NOTED, NOTED_NAME, notedValue } from '../record/noted-value.ts';
import { cut } from '../record/text-limits.ts';
import { ATTR_WEBSOCKET_CLOSE_NOTED_REASON } from '../semconv.ts';
import type { AppHooks } from './app-hooks.ts';
import { pageAttributes } from './page-attributes.ts';
import type { TransportRules } from './transport-rules.ts';

/** Corrects the server of a connection over a Unix socket. */
export type OverSocket = (endpoint: Endpoint, facts: CloseFacts) => Endpoint;

/**
 * Makes the rules by which facts about a close become a record.
 * @param transport absent in pages, which know no facts about the transport
 * @param overSocket absent in pages, which have no Unix sockets
 */
export function createRecordRules(
  { closeCodes }: WebSocketOptions,
  hooks: AppHooks,
  transport: TransportRules | undefined,
  overSocket: OverSocket | undefined,
): RecordRules {
  const redactBy = (redact: (text: string) => string) => (text: unknown) =>
    text && typeof text === 'string' ? redact(text) : '';
  const cutNoted = (text: string) => cut(text, LONGEST_NOTED);
  const redactReason = redactBy(hooks.redactReason ?? String);
  const parseEndpoint = (transport?.createEndpointParser ?? createUrlParser)(hooks);
  return {
    causeOf: transport?.causeOf,
    meaningOf: hooks.meaningOf ?? ((_, code) => closeCodes?.[code]),
    endpointOf(facts) {
      const endpoint = parseEndpoint(facts.url, facts.template);
      return overSocket?.(endpoint, facts) ?? endpoint;
    },
    describePage: (page: PageFacts) => {
      // Another address, such as one of `data:`, is content.
      const path = /^http/.test(page.url) ? parseEndpoint(page.url, '').path : '';
      return pageAttributes(page, path);
    },
    redactReason,
    // On Node notes are within these limits already. Else reading a value may throw, which costs the note alone.
    notedAttributes: ({ attributes, reason }: CloseNote) => {
      const noted: Attributes = {};
      guard('note', () => {
        for (const [name, given] of Object.entries(attributes ?? {}).slice(0, MOST_NOTED)) {
          const value = NOTED_NAME.test(name) ? notedValue(given, cutNoted) : undefined;
          if (value !== undefined) noted[name] = value;
        }
      });
      if (typeof reason === 'string' && reason)
        noted[ATTR_WEBSOCKET_CLOSE_NOTED_REASON] = redactReason(cutNoted(reason));
      return noted;
    },
    redactSubprotocol: redactBy(hooks.redactSubprotocol ?? hideToken),
  };
}
