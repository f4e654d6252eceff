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

/** The platform, whose built-in pipeline also logs its failures: when it starts, no SDK is there to log them. */
function registered(): typeof platform {
  return {
    ...platform,
    startPipeline(options) {
      logToConsole(DiagLogLevel.WARN);
      return platform.startPipeline(options);
    },
  };
}
