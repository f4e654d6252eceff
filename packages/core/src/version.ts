import { version } from '../package.json';

/** Name of the instrumentation scope, and of this project in logs. */
export const NAME = 'closespan';
/** Version of the instrumentation scope, which all packages share. */
export const VERSION: string = version;
