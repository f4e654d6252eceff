// A page, or its worker, that connects twice with a carrier. Bundled and opened by both-ends.test.ts.
import { instrumentWebSockets, queryCarrier, subprotocolCarrier, type Target } from '@closespan/browser';
import { context, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { WebTracerProvider } from '@opentelemetry/sdk-trace-web';

/** Settings of the app of the page. */
export interface Visit {
  readonly otlp: string;
  /** With an SDK of its own the page has a propagator, and a span that is active. */
  readonly sdk: boolean;
  readonly carrier: 'query' | 'subprotocol' | 'none';
  readonly propagateTo?: readonly string[];
  readonly ignoreUrls?: readonly string[];
  readonly url: string;
  readonly protocols?: string | string[];
}

/** Observations of the app of the page. */
export interface Seen {
  /** Of the span that was active. */
  readonly traceId: string;
  readonly spanId: string;
  readonly url: string;
  readonly protocol: string;
  /** The second time, to the `url` of the first socket. */
  readonly secondUrl: string;
  readonly code: number;
}

const CARRIERS = { query: queryCarrier, subprotocol: subprotocolCarrier };

/** Opens a socket in a span, closes it, and connects once more. */
async function visit({ otlp, sdk, carrier, propagateTo, ignoreUrls, url, protocols }: Visit): Promise<Seen> {
  const exporter = new OTLPTraceExporter({ url: `${otlp}/v1/traces` });
  const provider = new WebTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  if (sdk) provider.register();
  const targets: readonly Target[] | undefined = propagateTo;
  const handle = instrumentWebSockets({
    otlp: { url: otlp },
    parent: 'creation',
    ...(ignoreUrls && { ignoreUrls }),
    ...(carrier !== 'none' && { carrier: CARRIERS[carrier](targets ? { propagateTo: targets } : {}) }),
  });
  const span = provider.getTracer('app').startSpan('login');
  const connect = async (to: string) => {
    const socket = context.with(trace.setSpan(context.active(), span), () => new WebSocket(to, protocols));
    socket.onopen = () => socket.close(1000);
    const code = await new Promise<number>((resolve) => {
      socket.onclose = (event) => resolve(event.code);
    });
    return { url: socket.url, protocol: socket.protocol, code };
  };
  const first = await connect(url);
  const { url: secondUrl } = await connect(first.url);
  await handle.shutdown();
  return { ...span.spanContext(), ...first, secondUrl };
}

Object.assign(globalThis, { visit });

// The same script runs in a worker.
if (!globalThis.document) addEventListener('message', async ({ data }) => postMessage(await visit(data)));
