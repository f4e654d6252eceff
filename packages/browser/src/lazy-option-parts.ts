/** Loads the parts that only some options need. The promise rejects if the chunk cannot be loaded. */
export const loadOptionParts = () => import('@closespan/browser/option-parts');

/** Whether the parts come later than other code, so that a page does better without them. */
export const arePartsLate: boolean = true;
