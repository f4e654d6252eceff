import type * as lazy from './lazy-span-methods.ts';
import { addSpanMethods } from './span-methods.ts';

/**
 * Provides the methods with which hooks of the app change spans, without loading code later. The build uses this module
 * in place of `lazy-span-methods.ts` for workers and for the single file of a script tag.
 */
export const loadSpanMethods: typeof lazy.loadSpanMethods = async () => ({ addSpanMethods });
