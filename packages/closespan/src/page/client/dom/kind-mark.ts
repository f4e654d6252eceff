import type { CloseKind } from '../model/close-kind.ts';
import { shape } from './element.ts';

/** Outline of each kind's mark, around the point 0 0, with a radius of 4. Colour is never the only sign. */
export const MARK_PATHS: Readonly<Record<CloseKind, string>> = {
  normal: 'm-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0 -7.2 0z',
  away: 'm-3.5 -4l7 4l-7 4z',
  app: 'm0 -4.4l4.4 4.4l-4.4 4.4l-4.4 -4.4z',
  refused: 'm0 -4l4.4 7.6h-8.8z',
  lost: 'm-4 -2.6l1.4 -1.4l2.6 2.6l2.6 -2.6l1.4 1.4l-2.6 2.6l2.6 2.6l-1.4 1.4l-2.6 -2.6l-2.6 2.6l-1.4 -1.4l2.6 -2.6z',
  unopened: 'm-4 -4h8v8h-8zm1.8 1.8v4.4h4.4v-4.4z',
  other: 'm-3.4 -3.4h6.8v6.8h-6.8z',
};

/** Returns the mark of a kind as a small picture, hidden from screen readers. */
export function kindMark(kind: CloseKind): SVGSVGElement {
  return shape(
    'svg',
    { class: `mark kind-${kind}`, viewBox: '-5 -5 10 10', 'aria-hidden': 'true' },
    shape('path', { d: `M0 0${MARK_PATHS[kind]}`, 'fill-rule': 'evenodd' }),
  );
}
