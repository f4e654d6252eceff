import type { ReceivedClose, ReceivedOutage } from '../closes/received-close.ts';
import { shownOutage } from './outage-lines.ts';
import { shownClose } from './shown-close.ts';

/** Characters that would change a terminal. JSON itself escapes only those below U+0020. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Returns a value as one line of JSON that is safe in a terminal: control characters are escaped, and mean the same to
 * every parser of JSON.
 */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(UNPRINTABLE, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Returns a close as an object for a line of JSON. docs/look.md lists its members.
 * @param otherEnd close of the other end of the connection. `undefined` if it has not come yet
 */
export function closeJson({ number, span, explanation }: ReceivedClose, otherEnd?: ReceivedClose): object {
  const { sentence, evidence, next, link, runbook } = explanation;
  const { traceId, spanId, attributes, resource } = span;
  return known({
    type: 'close',
    number,
    ...withIsoTime(shownClose(span)),
    otherEnd: otherEnd?.number,
    ...{ sentence, evidence, next, link, runbook },
    ...{ traceId, spanId, attributes, resource },
  });
}

/** Returns an outage as an object for a line of JSON. docs/look.md lists its members. */
export function outageJson({ number, span }: ReceivedOutage): object {
  const { traceId, spanId, attributes, resource } = span;
  const { time, side, service } = shownClose(span);
  return known({
    type: 'outage',
    number,
    ...withIsoTime({ time, side }),
    ...shownOutage(span),
    service,
    ...{ traceId, spanId, attributes, resource },
  });
}

/** Leaves out what is not known. */
function known(members: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== ''),
  );
}

function withIsoTime<T extends { readonly time: number | undefined }>({ time, ...rest }: T) {
  return { time: time === undefined ? undefined : new Date(time).toISOString(), ...rest };
}
