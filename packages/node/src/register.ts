import { NAME, startInstrumentation } from '@closespan/core/platform';
import { DiagLogLevel } from '@opentelemetry/api';
import { isEnabled, optionsFromEnvironment } from './environment.ts';
import { platform } from './instrument-web-sockets.ts';
import { setFallbackLevel, warnAtStart } from './pipeline/console-logger.ts';

// For `node --import @closespan/node/register`: nobody is there to catch, and the app has not begun.
try {
  // The built-in pipeline starts only if the app has no OpenTelemetry SDK. So no SDK logs the pipeline's failures.
  setFallbackLevel(DiagLogLevel.WARN);
  if (isEnabled(process.env)) startInstrumentation(platform, optionsFromEnvironment(process.env));
} catch (error) {
  warnAtStart(`${NAME}: not started: ${error}`);
}
