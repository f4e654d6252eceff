import { durationText } from '@closespan/core/explain';
import { shape } from '../dom/element.ts';
import { MARK_PATHS } from '../dom/kind-mark.ts';
import { type CloseKind, KIND_WORDS } from '../model/close-kind.ts';
import { type Connection, closesOf } from '../model/connections.ts';
import type { PageClose } from '../model/page-close.ts';
import { countText } from '../model/plain-text.ts';
import { chartFrame, label, picture } from './chart-frame.ts';
import { limitLine, limitLines, limitsText, namedLines, shortText } from './limit-lines.ts';

const HEIGHT = 168;
const LEFT = 40;
const RIGHT = 10;
const TOP = 8;
/** Room below the picture for a row of closes whose silence is not known, and for the axis. */
const UNKNOWN = 16;
const BOTTOM = 16;
const TICKS: readonly number[] = [0.1, 1, 10, 60, 600, 3600, 86_400];
/** Pixels within which two marks are one. */
const GRAIN = 2;
const KINDS = Object.keys(KIND_WORDS) as CloseKind[];

/** Point of the chart. */
interface Point {
  readonly x: number;
  readonly y: number;
  readonly close: PageClose;
}

/**
 * Chart of lifetimes and silences, both on a logarithmic axis. Lines are at the time limits of known proxies: closes
 * that stand on a line were probably cut there. A click opens the nearest close.
 */
export function lifetimes(onClose: (close: PageClose) => void) {
  const frame = chartFrame('lifetimes', 'Lifetime and silence');
  let points: readonly Point[] = [];
  frame.picture.addEventListener('click', ({ offsetX, offsetY }) => {
    const nearest = nearestPoint(points, offsetX, offsetY);
    if (nearest) onClose(nearest.close);
  });

  function draw(list: readonly Connection[]): void {
    const width = Math.max(frame.picture.clientWidth, 200);
    const closes = list.flatMap(bestKnown);
    const longest = closes.reduce((most, { lifetime = 0 }) => Math.max(most, lifetime), 600);
    const scale = logScale(0.05, Math.min(longest * 1.5, 3e7));
    const floor = HEIGHT - BOTTOM - UNKNOWN;
    const xOf = (seconds: number) => LEFT + scale(seconds) * (width - LEFT - RIGHT);
    const yOf = (seconds: number) => floor - scale(seconds) * (floor - TOP);
    points = closes.map((close) => ({
      x: xOf(close.lifetime ?? 0),
      y: close.silence === undefined ? HEIGHT - BOTTOM - UNKNOWN / 2 + 2 : yOf(close.silence),
      close,
    }));
    const atLimit = closes.filter(({ limit }) => limit !== undefined);
    frame.headline(
      atLimit.length.toLocaleString('en'),
      `at the limit of a proxy${atLimit.length > 0 ? `: ${limitsText(atLimit)}` : ''}`,
    );
    const lines = limitLines(atLimit);
    const rows = lines
      .filter(({ kind }) => kind === 'idle')
      .map((line) => ({ ...line, y: yOf(line.seconds) }))
      .filter(({ y }) => y >= TOP);
    const columns = lines
      .filter(({ kind }) => kind === 'age')
      .map((line) => ({ ...line, x: xOf(line.seconds) }))
      .filter(({ x }) => x < width - RIGHT);
    const named = namedLines(rows);
    frame.picture.replaceChildren(
      picture(
        width,
        HEIGHT,
        `Lifetime and silence of ${countText(closes.length, 'connection')}; ${atLimit.length} ended at the time limit of a proxy`,
        ...rows.map(({ y, ...line }) => limitLine(line, { x1: LEFT, x2: width - RIGHT, y1: y, y2: y })),
        ...columns.map(({ x, ...line }) => limitLine(line, { x1: x, x2: x, y1: TOP, y2: floor })),
        ...named.map(({ seconds, y }) => label(LEFT - 5, y + 3.5, shortText(seconds), 'end')),
        shape('line', { class: 'axis', x1: LEFT, x2: width - RIGHT, y1: floor + 0.5, y2: floor + 0.5 }),
        label(LEFT - 5, floor + UNKNOWN / 2 + 5, 'not seen', 'end'),
        ...TICKS.filter((tick) => xOf(tick) < width - RIGHT - 8).map((tick) =>
          label(xOf(tick), HEIGHT - 3, shortText(tick), 'middle'),
        ),
        ...KINDS.map((kind) => marks(kind, points)),
      ),
    );
    const owners = lines.find(({ isHit, of }) => isHit && of.length > 0);
    frame.below.replaceChildren(
      owners
        ? `${shortText(owners.seconds)} is a limit of ${owners.of.join(', ')}.`
        : 'Right: longer open. Up: longer silent. Lines: limits of known proxies.',
    );
    frame.table(['URL', 'Code', 'Open for', 'Silent for', 'Limit'], () =>
      closes
        .toReversed()
        .map(({ host, path, code, lifetime, silence, limit }) => [
          `${host}${path}`,
          String(code ?? ''),
          ...[lifetime, silence, limit].map((time) => (time === undefined ? '' : durationText(time))),
        ]),
    );
  }

  return { card: frame.card, draw };
}

/** Takes the end of an opened connection that knows the silence. */
function bestKnown(connection: Connection): PageClose[] {
  const closes = closesOf(connection).filter(({ lifetime }) => lifetime !== undefined);
  const best =
    closes.find(({ limit }) => limit !== undefined) ??
    closes.find(({ silence }) => silence !== undefined) ??
    closes[0];
  return best ? [best] : [];
}

function logScale(least: number, most: number): (value: number) => number {
  const range = Math.log(most / least);
  return (value) => Math.min(Math.max(Math.log(Math.max(value, least) / least) / range, 0), 1);
}

/** One path for all marks of a kind: thousands of closes stay one element. Marks at one place are drawn once. */
function marks(kind: CloseKind, points: readonly Point[]): SVGPathElement {
  const places = new Set<string>();
  for (const { x, y, close } of points) {
    if (close.kind === kind) places.add(`M${Math.round(x / GRAIN) * GRAIN} ${Math.round(y / GRAIN) * GRAIN}`);
  }
  const d = [...places].map((place) => place + MARK_PATHS[kind]).join('');
  return shape('path', { class: `dots kind-${kind}`, d });
}

function nearestPoint(points: readonly Point[], x: number, y: number): Point | undefined {
  let nearest: Point | undefined;
  let least = 20 ** 2;
  for (const point of points) {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (distance > least) continue;
    least = distance;
    nearest = point;
  }
  return nearest;
}
