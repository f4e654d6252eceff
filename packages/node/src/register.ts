import { NAME, startInstrumentation } from '@closespan/core/platform';
import { DiagLogLevel } from '@opentelemetry/api';
import { isEnabled, optionsFromEnvironment } from './environment.ts';
import { platform } from './instrument-web-sockets.ts';
import { logToConsole, warnAtStart } from './pipeline/console-logger.ts';

// For `node --import @closespan/node/register`: nobody is there to catch, and the app has not begun.
try {
  if (isEnabled(process.env)) startInstrumentation(registered(), optionsFromEnvironment(process.env));
} catch (error) {
  warnAtStart(`${NAME}: not started: ${error}`);
}

/**
 * Returns the Node platform with a built-in pipeline that logs its failures to the console. This pipeline, an OTLP
 * exporter, starts only if the app has no OpenTelemetry SDK. So no SDK logs the failures.
 */
function registered(): typeof platform {
  return {
    ...platform,
    startPipeline(options) {
      logToConsole(DiagLogLevel.WARN);
      return platform.startPipeline(options);
    },
  };
}
