import type { BrowserOtlpOptions } from './browser-options.ts';
import { instrumentWebSockets } from './instrument-web-sockets.ts';

export { AbnormalCloseSampler, describeCloseCode, queryCarrier, subprotocolCarrier } from '@closespan/core';
export { WebSocketInstrumentation } from './instrument-web-sockets.ts';
export { instrumentWebSockets };

// For `<script src="closespan.js" data-service-name="chat-web" data-otlp-url="/otlp">`, without any code of the page's.
const { otlpUrl, otlpProtocol, otlpCompression, ...options } =
  globalThis.document?.currentScript?.dataset ?? {};
if (otlpUrl !== undefined || options['serviceName'] !== undefined) {
  // Options that are texts have the attributes of their names; another value is a `TypeError`, as in code.
  const otlp = {
    url: otlpUrl ? new URL(otlpUrl, document.baseURI).href : undefined,
    protocol: otlpProtocol,
    compression: otlpCompression,
  } as BrowserOtlpOptions;
  instrumentWebSockets({ ...options, otlp });
}
