export {
  type ExportResultLike,
  type SpanExporterLike,
  StoredSpanExporter,
  type StoredSpanExporterOptions,
} from './store/stored-span-exporter.ts';
export type { ReadableSpanLike, ResourceLike, TimedEventLike } from './store/stored-spans.ts';
