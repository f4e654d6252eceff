import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

type AttributeValue = string | number | boolean | AttributeValue[];
type AttributeMap = Record<string, AttributeValue>;

/** A span as it arrived, with plain attributes; times are epoch milliseconds. */
export interface ReceivedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly startTime: number;
  readonly endTime: number;
  readonly attributes: AttributeMap;
  /** 0 unset, 1 ok, 2 error. */
  readonly statusCode: number;
  readonly links: readonly { traceId: string; spanId: string; attributes: AttributeMap }[];
  readonly resource: AttributeMap;
  readonly scope: { readonly name: string; readonly version?: string };
}

/** A data point of a metric as it arrived. */
interface ReceivedPoint {
  readonly name: string;
  readonly unit: string;
  readonly attributes: AttributeMap;
  /** The sum's or gauge's value, or the histogram's count. */
  readonly value: number;
  /** A histogram's sum. */
  readonly sum: number | undefined;
  /** A histogram's bucket edges. */
  readonly bounds: readonly number[] | undefined;
}

/** A real OTLP/HTTP receiver on a port of 127.0.0.1, standing in for a Collector. */
export interface OtlpReceiver {
  /** Base address, as `OTEL_EXPORTER_OTLP_ENDPOINT` takes it. */
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  readonly points: readonly ReceivedPoint[];
  readonly requests: readonly ReceivedRequest[];
  /** Resolves with all spans once there are that many. */
  waitForSpans(count: number): Promise<readonly ReceivedSpan[]>;
  /** Calls a listener with each span that arrives; returns what takes it off. */
  onSpan(listener: (span: ReceivedSpan) => void): () => void;
  close(): Promise<void>;
}

/** A request as it came. */
interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Bytes of the body as it was sent. */
  readonly size: number;
  /** Epoch milliseconds. */
  readonly time: number;
}

/** How the receiver behaves. */
export interface OtlpReceiverOptions {
  readonly port?: number;
  /** Status of an answer at a path; bodies of other than 200 are not kept. */
  readonly status?: (path: string) => number;
  /** Headers of an answer. */
  readonly headers?: () => Record<string, string>;
  /** Milliseconds before an answer. */
  readonly delay?: number;
  /** Reads bodies that are not JSON. */
  readonly decode?: (body: Buffer) => OtlpBody;
}

/** Starts a receiver for OTLP as JSON, for browsers too. */
export async function startOtlpReceiver(options: OtlpReceiverOptions = {}): Promise<OtlpReceiver> {
  const { port = 0, status = () => 200, headers = () => ({}), delay = 0, decode } = options;
  const spans: ReceivedSpan[] = [];
  const points: ReceivedPoint[] = [];
  const requests: ReceivedRequest[] = [];
  const listeners = new Set<(span: ReceivedSpan) => void>();

  const server = createServer(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', '*');
    response.setHeader('access-control-expose-headers', 'retry-after');
    response.setHeader('access-control-max-age', '600');
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    const bytes = await buffer(request).catch(() => undefined);
    if (!bytes) return;
    const { url: path = '' } = request;
    requests.push({ path, headers: request.headers, size: bytes.length, time: Date.now() });
    const body = readBody(request, bytes, decode);
    const code = body ? status(path) : 400;
    if (body && code === 200 && path === '/v1/traces') for (const span of spansOf(body)) accept(span);
    if (body && code === 200 && path === '/v1/metrics') points.push(...pointsOf(body));
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    response.writeHead(code, { 'content-type': 'application/json', ...headers() }).end('{}');
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  function accept(span: ReceivedSpan): void {
    spans.push(span);
    for (const listener of listeners) listener(span);
  }

  function onSpan(listener: (span: ReceivedSpan) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    points,
    requests,
    onSpan,
    waitForSpans: (count) =>
      new Promise((resolve) => {
        const check = () => {
          if (spans.length < count) return;
          off();
          resolve(spans);
        };
        const off = onSpan(check);
        check();
      }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface KeyValue {
  key: string;
  value: OtlpValue;
}
interface OtlpValue {
  stringValue?: string;
  intValue?: string | number;
  doubleValue?: number;
  boolValue?: boolean;
  arrayValue?: { values: OtlpValue[] };
}
interface OtlpSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: KeyValue[];
  status?: { code?: number };
  links?: { traceId: string; spanId: string; attributes?: KeyValue[] }[];
}
interface OtlpPoint {
  attributes?: KeyValue[];
  asInt?: string | number;
  asDouble?: number;
  count?: string | number;
  sum?: number;
  explicitBounds?: number[];
}
interface OtlpMetric {
  name: string;
  unit?: string;
  sum?: { dataPoints: OtlpPoint[] };
  gauge?: { dataPoints: OtlpPoint[] };
  histogram?: { dataPoints: OtlpPoint[] };
}
/** The body of an export request, as OTLP has it in JSON. */
interface OtlpBody {
  resourceSpans?: {
    resource?: { attributes?: KeyValue[] };
    scopeSpans: { scope?: { name: string; version?: string }; spans: OtlpSpan[] }[];
  }[];
  resourceMetrics?: { scopeMetrics: { metrics: OtlpMetric[] }[] }[];
}

function readBody(
  { headers }: IncomingMessage,
  bytes: Buffer,
  decode: OtlpReceiverOptions['decode'],
): OtlpBody | undefined {
  try {
    const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    return headers['content-type'] !== 'application/json' && decode
      ? decode(plain)
      : JSON.parse(String(plain));
  } catch {
    return undefined;
  }
}

function spansOf({ resourceSpans = [] }: OtlpBody): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope = { name: '' }, spans }) =>
      spans.map((span) => ({
        name: span.name,
        kind: span.kind,
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId || undefined,
        startTime: Number(span.startTimeUnixNano) / 1e6,
        endTime: Number(span.endTimeUnixNano) / 1e6,
        attributes: attributesOf(span.attributes),
        statusCode: span.status?.code ?? 0,
        links: (span.links ?? []).map((link) => ({ ...link, attributes: attributesOf(link.attributes) })),
        resource: attributesOf(resource?.attributes),
        scope,
      })),
    ),
  );
}

function pointsOf({ resourceMetrics = [] }: OtlpBody): ReceivedPoint[] {
  return resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap(({ name, unit = '', sum, gauge, histogram }) =>
        (sum ?? gauge ?? histogram ?? { dataPoints: [] }).dataPoints.map((point) => ({
          name,
          unit,
          attributes: attributesOf(point.attributes),
          value: Number(point.asInt ?? point.asDouble ?? point.count),
          sum: point.sum,
          bounds: point.explicitBounds,
        })),
      ),
    ),
  );
}

function attributesOf(list: readonly KeyValue[] = []): AttributeMap {
  return Object.fromEntries(list.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue({
  stringValue,
  intValue,
  doubleValue,
  boolValue,
  arrayValue,
}: OtlpValue): AttributeValue {
  if (arrayValue) return arrayValue.values.map(plainValue);
  return stringValue ?? boolValue ?? Number(intValue ?? doubleValue);
}
