import { Buffer } from 'node:buffer';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import { anyValueJson, jsonString } from './json-text.ts';

/** JSON of an OTLP export request around its spans. All spans of one request have the same resource and scope. */
export interface Envelope {
  readonly resource: Resource;
  readonly head: Buffer;
  readonly tail: Buffer;
}

/** Makes a function that returns the envelope of a scope. Equal calls return one object. */
export function createEnvelopes(resource: Resource): (scope: InstrumentationScope) => Envelope {
  const envelopes = new WeakMap<InstrumentationScope, Envelope>();
  return (scope) => {
    const known = envelopes.get(scope);
    if (known) return known;
    const envelope = envelopeOf(resource, scope);
    envelopes.set(scope, envelope);
    return envelope;
  };
}

function envelopeOf(resource: Resource, { name, version, schemaUrl }: InstrumentationScope): Envelope {
  const ofResource = schemaMember(resource.schemaUrl);
  const attributes = Object.entries(resource.attributes).map(
    ([key, value]) => `{"key":${jsonString(key)},"value":${anyValueJson(value)}}`,
  );
  return {
    resource,
    head: Buffer.from(
      `{"resourceSpans":[{"resource":{"attributes":[${attributes}],"droppedAttributesCount":0${ofResource}}` +
        `,"scopeSpans":[{"scope":${JSON.stringify({ name, version })},"spans":[`,
    ),
    tail: Buffer.from(`]${schemaMember(schemaUrl)}}]${ofResource}}]}`),
  };
}

function schemaMember(schemaUrl: string | undefined): string {
  return schemaUrl ? `,"schemaUrl":${JSON.stringify(schemaUrl)}` : '';
}
