import {
  ATTR_WEBSOCKET_CLOSE_LIMIT,
  ATTR_WEBSOCKET_CLOSE_LIMIT_KIND,
  describeCloseCode,
} from '@closespan/core';
import { durationText, findKnownLimit } from '@closespan/core/explain';
import type { ReceivedClose } from '../closes/received-close.ts';
import type { LineOptions } from './close-lines.ts';
import { closeTone } from './close-tone.ts';
import { senderOf } from './code-table.ts';
import { type ShownSpan, shownClose } from './shown-close.ts';
import { wrapText } from './wrap-text.ts';

/** Close that is explained: its span and its explanation. */
type Explained = Pick<ReceivedClose, 'explanation'> & { readonly span: ShownSpan };

/** Texts of an explanation that no span holds. */
interface Additions {
  /** Facts that nobody has seen, and that are taken for granted. */
  readonly assumed: readonly string[];
  /** Meanings that protocols give to the code, such as `Unauthorized in graphql-ws`. */
  readonly meanings: readonly string[];
}

const TITLE_WIDTH = 10;

/** Returns a close with its whole explanation as lines of text: code, sentence, evidence, next step and addresses. */
export function explanationLines(
  { span, explanation }: Explained,
  { paint, width }: LineOptions,
  { assumed, meanings }: Additions,
): string[] {
  const close = shownClose(span);
  const { mark, style } = closeTone(close.code, close.category, close.abnormal);
  const { sentence, evidence, next, link, runbook } = explanation;
  const section = (title: string, text: string) => {
    const lines = text ? wrapText(text, width, ' '.repeat(TITLE_WIDTH)) : [];
    return lines.map((line, index) => (index === 0 ? titled(title, line) : line));
  };
  const titled = (title: string, line: string) =>
    paint('dim', title.padEnd(TITLE_WIDTH)) + line.slice(TITLE_WIDTH);
  const head = [
    paint(style, `${mark} ${close.code ?? 'no code'} ${close.name}`.trim()),
    close.side,
    close.lifetime === undefined ? '' : `open for ${durationText(close.lifetime)}`,
    close.url,
    paint('dim', close.service),
    paint('dim', close.time ? new Date(close.time).toISOString() : ''),
  ];
  return [
    head.filter(Boolean).join('  '),
    ...section('what', sentence),
    ...section('evidence', evidence.join('; ')),
    ...section('assumed', assumed.join('; ')),
    ...section('next', next),
    ...section('limit', limitText(span.attributes)),
    ...section('code', codeText(close.code)),
    ...section('known as', meanings.join('; ')),
    ...section('more', [link, runbook].filter(Boolean).join(' ')),
  ];
}

/** Says in a sentence what a code means, and who may send the code. */
function codeText(code: number | undefined): string {
  if (code === undefined) return '';
  const { description, name } = describeCloseCode(code);
  return `${description || name}. Sent by ${senderOf(code)}.`;
}

/** Names the proxies and platforms that have the time limit of a close. */
function limitText(attributes: ShownSpan['attributes']): string {
  const { [ATTR_WEBSOCKET_CLOSE_LIMIT]: seconds, [ATTR_WEBSOCKET_CLOSE_LIMIT_KIND]: kind } = attributes;
  const known =
    typeof seconds === 'number' && (kind === 'idle' || kind === 'age') && findKnownLimit(seconds, kind);
  return known ? `${known.seconds} s is the ${known.kind} limit of ${known.of.join(', ')}` : '';
}
