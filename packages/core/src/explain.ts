export { type CloseExplanation, closeSentence, explainClose } from './explain/explain-close.ts';
