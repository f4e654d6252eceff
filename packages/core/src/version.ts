/** The instrumentation scope's name. */
export const NAME = 'closespan';
/** The instrumentation scope's version: that of all packages. */
export const VERSION: string = __VERSION__;

/** Put in by the build, from `package.json`. */
declare const __VERSION__: string;
