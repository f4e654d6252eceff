import type { MoreMetrics } from './metrics/close-metrics.ts';
import type { CreateLabelLimits } from './metrics/label-limits.ts';
import type { LoadMetrics } from './metrics/metrics-in-use.ts';
import type { WebSocketOptions } from './options.ts';
import type { Backlog } from './queue/backlog.ts';
import type { StartPause } from './queue/queue-pause.ts';
import type { ChainStore } from './record/chain.ts';
import type { PendingClose } from './record/close-facts.ts';
import type { CloseRecord } from './record/close-record.ts';
import type { QueueMemory } from './record/queue-memory.ts';
import type { AppHooks } from './span/app-hooks.ts';
import type { LimitConclusion } from './span/conclude-limits.ts';
import type { OverSocket } from './span/record-rules.ts';
import type { TransportRules } from './span/transport-rules.ts';
import type { StartPipeline } from './telemetry/pipeline.ts';
import type { WatchMeter } from './telemetry/record-writer.ts';

/** Settings of a recording, which makes spans and metrics of closes. */
export interface RecordingSettings extends MoreMetrics {
  /** Options that the user passed to `instrumentWebSockets()`. */
  readonly options: WebSocketOptions;
  /** Hooks of the app, made of its options. Absent in pages without such options. */
  readonly hooks?: AppHooks;
  /**
   * Starts the built-in pipeline (closespan's OTLP/HTTP exporter). Called once, when closes are recorded and no
   * provider is given or registered.
   */
  readonly startPipeline: StartPipeline;
  /** Closes from before the recording was loaded. The recording moves these closes to its queue. */
  readonly waiting: PendingClose[];
  /** Number of closes that were dropped before the recording was loaded, because `waiting` was full. */
  readonly dropped: number;
  /** Number of closes that may wait. If more closes wait, the oldest normal closes lose their spans first. */
  readonly capacity: number;
  /**
   * Removes closes from the queue, before the built-in pipeline (closespan's OTLP/HTTP exporter) stores those that wait
   * when the process ends. Returns the number of removed closes. Absent where the pipeline stores no closes.
   */
  readonly trim?:
    | ((
        queue: Pick<Backlog<PendingClose>, 'size' | 'evict'>,
        isNormal: (closed: PendingClose) => boolean,
      ) => number)
    | undefined;
  /** Limits the memory of the closes that wait. Absent in pages, where only the number of closes is limited. */
  readonly memory?: QueueMemory;
  /** Corrects the server of a connection over a Unix socket. Absent in pages, which have no such connections. */
  readonly overSocket?: OverSocket;
  /**
   * Says in one sentence why a connection closed, for the status of a span. Must not throw. Absent in pages, where the
   * sentences would be too much code.
   */
  readonly closeSentence?: (record: CloseRecord) => string;
  /**
   * Called with each handshake that a server refused. Returns whether the handshake gets a span and calls the hooks.
   * Must not throw. Absent without the option `refusedHandshakes` of Node.
   */
  readonly takesRefusal?: () => boolean;
  /** Concludes from facts about the transport. Absent in pages, since browsers know no such facts. */
  readonly transport?: TransportRules;
  /** Loads the code of metrics, when there is a meter. Absent elsewhere than in pages, where the code is loaded already. */
  readonly loadMetrics?: LoadMetrics;
  /** Makes the limits for metric labels. Absent in pages, where the first values become labels. */
  readonly createLabelLimits?: CreateLabelLimits;
  /**
   * Called with each meter that the recording chooses, for metrics that are not made of records. Must not throw. Absent
   * in pages.
   */
  readonly watchMeter?: WatchMeter;
  /**
   * Concludes from each record, and from earlier ones, which time limit has ended the connection. In pages the
   * code of the option `messages` adds this function, since nobody else knows there when the last message came.
   */
  readonly concludeLimit?: LimitConclusion['concludeLimit'];
  /** Called with each close before the close waits in the queue, for `concludeLimit`. Must not throw. */
  readonly noteClose?: LimitConclusion['noteClose'];
  /**
   * Makes the store for chains of connections that wait for their next connection. Absent in pages, which have few.
   */
  readonly createChains?: () => ChainStore;
  /** Starts a pause of the queue. If this function is absent, the queue makes no pauses. */
  readonly startPause?: StartPause;
  /** Limits the wait for a flush between two groups of closes. @defaultValue waits until the flush is done */
  readonly limitWait?: (flush: () => Promise<void>) => Promise<void>;
  /** Time limit of a shutdown, in milliseconds. @defaultValue 5000 */
  readonly shutdownMillis?: number | undefined;
  /** Waits for another turn of the event loop. @defaultValue uses `setImmediate`, and in pages a `MessageChannel` */
  readonly nextTurn?: () => Promise<void>;
}
