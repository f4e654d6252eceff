/** Loads the methods with which hooks of the app change spans. The promise rejects if the chunk cannot be loaded. */
export const loadSpanMethods = () => import('@closespan/browser/span-methods');
