const CONNECTIONS =
  'startedAt openedAt erroredAt closedAt closingDuration writtenAt facts interruption errored isNative hasNotes isOpening owner closing';
const OBSERVERS =
  'recordEnd noteClose connectionOf platformFacts observed limitNote keepAlive observeLifecycle optionChecks addFacts carried';
const RECORDER =
  'loadRecording createRecording startPipeline loadMetrics loadMessages createCloseMetrics flushNow makesSpans endOutages isWanted prepare hooks loadHooks createAppHooks createPipelineTracerProvider contextOf addSpanMethods askSampler';
const SETTINGS =
  'nextTurn startPause shutdownMillis mostStored limitWait createChains createLabelLimits watchMeter concludeLimit capacity overSocket describePeer takesRefusal createEndpointParser isFull';
const QUEUE =
  'mayWait awaitRoom drain drainNow evict wrote unsent takeAll cancelExports loadingMetrics startNow isOthers findTracer findMeter addSpan isAway';
const RECORDS =
  'isNormal isLost outage loss attempt previous begunAt causeOf causeOfError endpointOf parseEndpoint describePage notedAttributes addOutage addHandshake attempts causes opening nextFrom';
const DELIVERY =
  'sendLeaving sendLater setPause alone outcomes retain onEnd unreadable failing retryAfter over';
const METRICS = 'reconnectDowntime allowsHost allowsCode createMessageMetrics within';

/**
 * Names of properties that are shortened in `closespan.js`, the one file of a script tag, which saves 2 % of its size.
 * Only names that no other code sees: no public name, none of the DOM or of OpenTelemetry, and none that is stored.
 * `test/core/short-names.test.ts` checks this. Modules keep all names, so that an app's developer can read them.
 */
export const SHORT_NAMES: readonly string[] = [
  ...[CONNECTIONS, OBSERVERS, RECORDER, SETTINGS, QUEUE, RECORDS, DELIVERY, METRICS].join(' ').split(' '),
];
