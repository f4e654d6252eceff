export type { ReadableSpanLike, ResourceLike, TimedEventLike } from './store/readable-spans.ts';
export {
  type ExportResultLike,
  type SpanExporterLike,
  StoredSpanExporter,
  type StoredSpanExporterOptions,
} from './store/stored-span-exporter.ts';
