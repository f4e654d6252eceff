import { element, shape } from '../dom/element.ts';
import { kindMark } from '../dom/kind-mark.ts';
import { type CloseKind, KIND_WORDS } from '../model/close-kind.ts';
import { type Connection, leadingClose } from '../model/connections.ts';
import { clockText, countText } from '../model/plain-text.ts';
import { chartFrame, label, picture } from './chart-frame.ts';
import { timeBuckets } from './time-buckets.ts';

/** Closes of one code, counted for each step of time. */
interface Series {
  readonly code: string;
  readonly name: string;
  readonly kind: CloseKind;
  readonly counts: number[];
  total: number;
}

const HEIGHT = 130;
const MOST_CODES = 7;
const OTHERS = 'others';
const KINDS = Object.keys(KIND_WORDS);

/** Chart of ended connections over time, stacked by code. A code in the legend filters the page. */
export function closesOverTime(onCode: (code: string) => void) {
  const frame = chartFrame('closes', 'Closes over time');

  function draw(list: readonly Connection[], chosen: string): void {
    const width = Math.max(frame.picture.clientWidth, 200);
    const closes = list.map(leadingClose);
    const abnormal = closes.filter(({ isAbnormal }) => isAbnormal).length;
    frame.headline(closes.length.toLocaleString('en'), `closed, ${abnormal.toLocaleString('en')} abnormal`);
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    for (const { span } of closes) {
      from = Math.min(from, span.endTime);
      to = Math.max(to, span.endTime);
    }
    if (closes.length === 0) from = to = Date.now();
    const { start, step, count } = timeBuckets(from, to);
    const all = new Map<string, Series>();
    for (const { code, name, kind, span } of closes) {
      const key = `${code ?? 'none'} ${kind}`;
      const series = all.get(key) ?? {
        code: String(code ?? 'none'),
        name: kind === 'unopened' ? 'Never opened' : name,
        kind,
        counts: new Array<number>(count).fill(0),
        total: 0,
      };
      all.set(key, series);
      const at = Math.min(Math.max(Math.floor((span.endTime - start) / step), 0), count - 1);
      series.counts[at] = (series.counts[at] ?? 0) + 1;
      series.total++;
    }
    const stacks = fewSeries([...all.values()], count);
    const sums = Array.from({ length: count }, (_, at) =>
      stacks.reduce((sum, { counts }) => sum + (counts[at] ?? 0), 0),
    );
    const most = Math.max(...sums, 1);
    const bar = width / count;
    const base = HEIGHT - 18;
    const scale = (base - 14) / most;
    const rects = sums.flatMap((_, at) => {
      let y = base;
      return stacks.flatMap(({ kind, counts, code, name }, place) => {
        const size = counts[at] ?? 0;
        if (size === 0) return [];
        const height = Math.max(size * scale, 1.5);
        y -= height;
        const time = clockText(start + at * step);
        return [
          shape(
            'rect',
            {
              class: `kind-${kind} tone-${toneOf(stacks, place)}`,
              x: at * bar + 0.75,
              y,
              width: Math.max(bar - 1.5, 1),
              height: Math.max(height - 0.75, 0.75),
              rx: Math.min(1.5, bar / 4),
            },
            shape('title', {}, `${time}: ${size} × ${code} ${name}`),
          ),
        ];
      });
    });
    frame.picture.replaceChildren(
      picture(
        width,
        HEIGHT,
        `${countText(closes.length, 'connection')} closed between ${clockText(from)} and ${clockText(to)}, ${abnormal} abnormal`,
        shape('line', { class: 'axis', x1: 0, x2: width, y1: base + 0.5, y2: base + 0.5 }),
        ...rects,
        label(0, HEIGHT - 4, clockText(start)),
        label(width, HEIGHT - 4, clockText(start + count * step), 'end'),
        label(width, 9, `most in ${stepText(step)}: ${Math.max(...sums)}`, 'end'),
      ),
    );
    frame.below.replaceChildren(...stacks.map((series) => legendItem(series, chosen, onCode)));
    frame.table(['Time', ...stacks.map(({ code, name }) => `${code} ${name}`)], () =>
      sums
        .map((sum, at) => ({ sum, at }))
        .filter(({ sum }) => sum > 0)
        .map(({ at }) => [clockText(start + at * step), ...stacks.map(({ counts }) => String(counts[at]))]),
    );
  }

  return { card: frame.card, draw };
}

/** Keeps the codes with the most closes, and joins all others. */
function fewSeries(all: readonly Series[], count: number): Series[] {
  const bySize = all.toSorted((a, b) => b.total - a.total);
  const kept = bySize.slice(0, MOST_CODES);
  const rest = bySize.slice(MOST_CODES);
  if (rest.length > 0) {
    const counts = Array.from({ length: count }, (_, at) =>
      rest.reduce((sum, series) => sum + (series.counts[at] ?? 0), 0),
    );
    const total = rest.reduce((sum, series) => sum + series.total, 0);
    kept.push({ code: OTHERS, name: '', kind: 'other', counts, total });
  }
  return kept.sort(
    (a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || Number(a.code) - Number(b.code),
  );
}

/** Codes of one kind have tones of one colour. */
function toneOf(stacks: readonly Series[], place: number): number {
  const { kind } = stacks[place] as Series;
  return stacks.slice(0, place).filter((series) => series.kind === kind).length % 3;
}

function legendItem(series: Series, chosen: string, onCode: (code: string) => void): HTMLElement {
  const { code, kind, name, total } = series;
  const content = [
    kindMark(kind),
    element('b', {}, code),
    kind === 'unopened' ? 'never opened' : undefined,
    element('span', { class: 'quiet' }, total.toLocaleString('en')),
  ];
  if (code === OTHERS || code === 'none') return element('span', { class: 'legend' }, ...content);
  const isChosen = chosen === code;
  const button = element(
    'button',
    {
      class: 'legend',
      type: 'button',
      'aria-pressed': String(isChosen),
      title: `${code} ${name}`,
    },
    ...content,
  );
  button.addEventListener('click', () => onCode(isChosen ? '' : code));
  return button;
}

function stepText(step: number): string {
  const seconds = step / 1000;
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;
}
