import type { CloseCause } from '../record/close-cause.ts';
import { type CauseExplanation, lossOf } from './cause-explanation.ts';
import { durationText } from './duration-text.ts';

/** Explanations of ends that the page, the process or the device brought about, by cause. */
export const PLATFORM_EXPLANATIONS = {
  page_exit: {
    sentence: () =>
      'The visitor left, reloaded or closed the page, or a worker ended itself, with the connection open.',
    next: () => 'Nothing to do: visitors leave pages.',
  },
  bfcache: {
    sentence: () =>
      'The visitor left the page, and the browser may keep it for a return. No connection survives there.',
    next: () => 'Connect again when the page gets the event pageshow with persisted = true.',
  },
  process_exit: {
    sentence: () => 'This process stopped observing, or ended, while the connection was open.',
    next: () => 'Nothing to do for a planned end. Close with 1001 or 1012 before it, so that peers know.',
  },
  suspended: {
    sentence: (facts) => {
      const time = facts.suspended === undefined ? '' : ` for ${durationText(facts.suspended)}`;
      const what = facts.appState
        ? 'The app was in the background'
        : 'The device slept or the page was frozen';
      return `${what}${time}, and ${lossOf(facts)}.`;
    },
    next: ({ appState }) => `Connect again when the ${appState ? 'app comes back' : 'device wakes up'}.`,
  },
  offline: {
    sentence: (facts) => `The device had no network, and ${lossOf(facts)}.`,
    next: () => 'Connect again when the network is back: the event online.',
  },
} satisfies Partial<Record<CloseCause, CauseExplanation>>;
