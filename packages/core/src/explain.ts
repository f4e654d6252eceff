export { durationText } from './explain/duration-text.ts';
export { type CloseExplanation, closeSentence, explainClose } from './explain/explain-close.ts';
export { findKnownLimit, KNOWN_LIMITS, type KnownLimit } from './explain/known-limits.ts';
export { type DescribedClose, type LikelyClose, likelyClose } from './explain/likely-close.ts';
