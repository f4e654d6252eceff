import { version } from '../package.json';

/** Name of the OpenTelemetry instrumentation scope, and name of this project in logs. */
export const NAME = 'closespan';
/** Version of the OpenTelemetry instrumentation scope. All packages share this version. */
export const VERSION: string = version;
