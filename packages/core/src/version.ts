/** The instrumentation scope's name. */
export const NAME = 'closespan';
/** The instrumentation scope's version: that of all packages. */
export const VERSION = '0.0.0';
