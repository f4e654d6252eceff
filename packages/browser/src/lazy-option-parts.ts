/** Loads the parts that only some options need. The promise rejects if the chunk cannot be loaded. */
export const loadOptionParts = () => import('@closespan/browser/option-parts');
