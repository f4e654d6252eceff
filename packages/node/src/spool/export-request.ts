import type { ExportBody } from '@closespan/core/otlp';

/** Export request of spans (OTLP/JSON), as far as closespan reads a request. */
interface ExportRequest {
  readonly resourceSpans: readonly (object & {
    readonly scopeSpans: readonly (object & { readonly spans: readonly unknown[] })[];
  })[];
}

/**
 * Reads the body of an export request.
 * @returns the request, or `undefined` if the text is no such request
 */
export function readExportRequest(text: string): ExportRequest | undefined {
  try {
    const request: unknown = JSON.parse(text);
    return isRequest(request) && spansOf(request) > 0 ? request : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the bodies of two requests that have one half each of a request's spans. */
export function halvesOf(request: ExportRequest): [ExportBody, ExportBody] {
  const count = spansOf(request);
  const middle = Math.ceil(count / 2);
  return [bodyOf(request, 0, middle), bodyOf(request, middle, count)];
}

/** Returns the number of spans in a request. */
export function spansOf({ resourceSpans }: ExportRequest): number {
  return resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans)
    .reduce((sum, { spans }) => sum + spans.length, 0);
}

function bodyOf(request: ExportRequest, from: number, to: number): ExportBody {
  let index = 0;
  const part = {
    resourceSpans: request.resourceSpans.map((resource) => ({
      ...resource,
      scopeSpans: resource.scopeSpans.map((scope) => ({
        ...scope,
        spans: scope.spans.filter(() => index++ >= from && index <= to),
      })),
    })),
  };
  return { bytes: new TextEncoder().encode(JSON.stringify(part)), count: to - from };
}

function isRequest(value: unknown): value is ExportRequest {
  return everyItem(value, 'resourceSpans', (resource) =>
    everyItem(resource, 'scopeSpans', (scope) => everyItem(scope, 'spans', (span) => Object(span) === span)),
  );
}

function everyItem(value: unknown, name: string, fits: (item: unknown) => boolean): boolean {
  const list = (value as Readonly<Record<string, unknown>> | null)?.[name];
  return Array.isArray(list) && list.every(fits);
}
