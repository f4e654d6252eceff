import { KNOWN_LIMITS } from '@closespan/core/explain';
import { shape } from '../dom/element.ts';
import type { PageClose } from '../model/page-close.ts';

/** Time limit of a proxy, as a line of the chart. */
export interface LimitLine {
  readonly seconds: number;
  readonly kind: string;
  /** Names of the proxies and platforms that have the limit. */
  readonly of: readonly string[];
  /** Whether a close stands on the line. */
  readonly isHit: boolean;
}

/** Largest number of closes whose limits become lines besides the known limits. */
const MOST_SEEN = 50;

/** Known limits, and limits that closes were seen to share. */
export function limitLines(closes: readonly PageClose[]): LimitLine[] {
  const isHit = (seconds: number, kind: string) =>
    closes.some(({ limit, limitKind }) => limit === seconds && limitKind === kind);
  const known = KNOWN_LIMITS.map(({ seconds, kind, of }) => ({
    seconds,
    kind,
    of,
    isHit: isHit(seconds, kind),
  }));
  const seen = closes
    .map(({ limit = 0, limitKind }) => ({ seconds: limit, kind: limitKind, of: [], isHit: true }))
    .filter(({ seconds, kind }) => !known.some((line) => line.seconds === seconds && line.kind === kind));
  const unique = new Map(seen.slice(-MOST_SEEN).map((line) => [`${line.kind} ${line.seconds}`, line]));
  return [...known, ...unique.values()];
}

/** Draws a line, with its owners as the title. */
export function limitLine(
  { seconds, kind, of, isHit }: LimitLine,
  place: Readonly<Record<string, number>>,
): SVGLineElement {
  const what = kind === 'age' ? 'Limit of the lifetime' : 'Limit of silence';
  const title = `${what}, ${shortText(seconds)}: ${of.length > 0 ? of.join(', ') : 'seen here'}`;
  return shape('line', { class: isHit ? 'limit hit' : 'limit', ...place }, shape('title', {}, title));
}

/** Names the limits at which closes stand, the lowest first. */
export function limitsText(closes: readonly PageClose[]): string {
  const limits = [...new Set(closes.map(({ limit = 0 }) => limit))].sort((a, b) => a - b);
  const named = limits.slice(0, 3).map(shortText).join(', ');
  return limits.length > 3 ? `${named}, …` : named;
}

/** Names lines that were hit, then others as far as there is room. */
export function namedLines<T extends { readonly y: number; readonly isHit: boolean }>(
  lines: readonly T[],
): T[] {
  const named: T[] = [];
  for (const line of lines.toSorted((a, b) => Number(b.isHit) - Number(a.isHit) || b.y - a.y)) {
    if (named.every(({ y }) => Math.abs(y - line.y) >= 11)) named.push(line);
  }
  return named;
}

/** Returns a time in few characters, such as `60 s` or `5 min`. */
export function shortText(seconds: number): string {
  const rounded = (size: number) => String(Math.round(size * 10) / 10);
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 600) return `${rounded(seconds)} s`;
  if (seconds < 3600) return `${rounded(seconds / 60)} min`;
  return seconds < 86_400 ? `${rounded(seconds / 3600)} h` : `${rounded(seconds / 86_400)} d`;
}
