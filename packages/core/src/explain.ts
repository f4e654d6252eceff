export { type CloseExplanation, explainClose } from './explain/explain-close.ts';
