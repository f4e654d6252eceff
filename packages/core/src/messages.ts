/**
 * Counts messages for the option `messages`. Apps import `@closespan/core` instead: names of this entry may change in
 * any release.
 * @internal
 * @module
 */
export { countMessages } from './count-messages.ts';
export { createMessageMetrics } from './metrics/message-metrics.ts';
export { MessageCounts } from './observe/message-counts.ts';
export { messageSize } from './observe/message-size.ts';
export { MessageTraffic } from './observe/message-traffic.ts';
export { type MessageWatch, watchMessages } from './observe/watch-messages.ts';
export { watchSends } from './observe/watch-sends.ts';
export { createLimitConclusion } from './span/conclude-limits.ts';
