import { version } from '../package.json';

/** The instrumentation scope's name. */
export const NAME = 'closespan';
/** The instrumentation scope's version: that of all packages. */
export const VERSION: string = version;
