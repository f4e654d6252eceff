import { queryCarrier, subprotocolCarrier } from '@closespan/core';
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect } from 'vitest';
import {
  parameterOf,
  protocolOf,
  takeFromProtocols,
  takeFromUrl,
} from '../../../packages/core/src/record/carried-context.ts';
import { createCarriedContexts } from '../../../packages/node/src/propagation/carried-contexts.ts';
import { extractContext } from '../../../packages/node/src/propagation/extract-context.ts';
import type { UpgradeRequest } from '../../../packages/node/src/upgrades/upgrade-facts.ts';
import { fuzz } from '../fuzz.ts';

beforeAll(() => {
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
});
afterAll(() => propagation.disable());

function hex(length: number): fc.Arbitrary<string> {
  return fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
}
const traceparent = fc.tuple(hex(32), hex(16), hex(2)).map((ids) => `00-${ids.join('-')}`);
const carried = fc.record({ connectionId: hex(16), traceparent: fc.option(traceparent, { nil: undefined }) });
const url = fc.tuple(
  fc.constantFrom('ws://example.com', 'wss://user:pass@example.com:8080', ''),
  fc.stringMatching(/^\/[\w./%-]{0,20}$/),
  fc.option(fc.stringMatching(/^\?[\w=&%/?.]{1,20}$/), { nil: '' }),
);

fuzz(
  'a URL comes back as it was before it carried',
  1500,
  fc.property(url, fc.constantFrom('', '#part'), carried, (parts, fragment, carried) => {
    const before = parts.join('');
    const carrying = `${before}${before.includes('?') ? '&' : '?'}${parameterOf(carried)}${fragment}`;
    expect(takeFromUrl(carrying)).toEqual({ rest: before + fragment, carried });
  }),
);

const protocols = fc.array(
  fc.stringMatching(/^[a-z0-9.-]{1,12}$/).filter((one) => !one.startsWith('closespan.')),
  {
    maxLength: 4,
  },
);

fuzz(
  'subprotocols come back as they were before they carried',
  1000,
  fc.property(protocols, carried, (list, carried) => {
    const header = [...list, protocolOf(carried)].join(', ');
    expect(takeFromProtocols(header)).toEqual({ rest: list.join(', '), carried });
  }),
);

const CARRIER_TARGET = { propagateTo: [/./] };
const urls = fc
  .webUrl({ withQueryParameters: true, withFragments: true })
  .filter((text) => URL.canParse(text))
  .map((text) => new URL(text.replace(/^http/, 'ws')).href);

/** Constructs a socket through a carrier, and returns the arguments that the constructor got. */
function argumentsThrough(carrier: ReturnType<typeof queryCarrier>, args: readonly unknown[]): unknown[] {
  let got: unknown[] = [];
  class Target extends EventTarget {
    constructor(...args: unknown[]) {
      super();
      got = args;
    }
  }
  carrier.carry({ observe: () => {} } as never)(Target as never, [...args], Target as never);
  return got;
}

fuzz(
  'a server takes out of a handshake what a page has put in, also twice',
  1000,
  fc.property(urls, protocols, (href, list) => {
    const [once] = argumentsThrough(queryCarrier(CARRIER_TARGET), [href]);
    const [twice] = argumentsThrough(queryCarrier(CARRIER_TARGET), [once]);
    const url = new URL(href);
    // An empty query is no query.
    if (!url.search) url.search = '';
    for (const carrying of [once, twice]) {
      const { rest, carried } = takeFromUrl(String(carrying));
      expect(rest).toBe(url.href);
      expect(carried?.connectionId).toMatch(/^[0-9a-f]{16}$/);
    }
    const [, carrying] = argumentsThrough(subprotocolCarrier(CARRIER_TARGET), [href, list]);
    const { rest } = takeFromProtocols((carrying as string[]).join(', '));
    expect(rest).toBe(list.join(', '));
  }),
);

const text = fc.oneof(
  fc.stringMatching(/^[\t -~\u0080-\u00ff]{0,60}$/),
  fc.constantFrom('closespan.', 'closespan=', '?closespan=&', 'closespan=$&', ',closespan.,closespan.'),
);

fuzz(
  'whatever a handshake carries, an id has 16 digits, and a span context is valid',
  1500,
  fc.property(
    fc.array(text, { maxLength: 4 }).map((texts) => texts.join('')),
    fc.oneof(text, traceparent),
    fc.constantFrom('?', '&', ', '),
    fc.option(carried),
    (noise, traceparent, separator, carried) => {
      const parts = carried ? [noise, parameterOf(carried), protocolOf(carried)] : [noise];
      const headers = { 'sec-websocket-protocol': parts.join(', '), traceparent, tracestate: noise };
      const request = { url: parts.join(separator), headers } as unknown as UpgradeRequest;
      const contexts = createCarriedContexts(['query', 'subprotocol']);
      contexts.take(request);
      const taken = contexts.of(request);
      if (taken) {
        expect(taken.connectionId).toMatch(/^[0-9a-f]{16}$/);
        expect(taken.traceparent ?? '').toMatch(/^[0-9a-f-]{0,128}$/);
      }
      const left = request.headers['sec-websocket-protocol'];
      expect(left?.split(',').some((one) => one.trim().startsWith('closespan.')) ?? false).toBe(false);
      const extracted = trace.getSpanContext(
        context.with(ROOT_CONTEXT, () => extractContext(request.headers, taken)),
      );
      if (extracted) expect(trace.isSpanContextValid(extracted)).toBe(true);
    },
  ),
);
