import { explainClose } from '@closespan/core/explain';
import type { CloseRecord } from '@closespan/node';
import type { ReceivedClose } from 'closespan/receiver';

/** A close as the demo shows it. */
export interface CloseRow {
  readonly side: 'client' | 'server';
  readonly path: string;
  readonly code: number;
  readonly name: string;
  readonly clean: boolean;
  readonly initiator: string;
  readonly cause: string;
  readonly errorType: string;
  /** Milliseconds from open to close; `undefined` when it never opened. */
  readonly duration: number | undefined;
  readonly url: string;
  readonly reason: string;
  /** What happened, in a sentence. */
  readonly sentence: string;
}

const SERVER = 2;

/** A row from a close as it arrived. */
export function rowOfClose({ span: { kind, attributes }, explanation }: ReceivedClose): CloseRow {
  const text = (name: string) => String(attributes[name] ?? '');
  const seconds = attributes['websocket.connection.duration'];
  return {
    side: kind === SERVER ? 'server' : 'client',
    path: text('url.path'),
    code: Number(attributes['websocket.close.code']),
    name: text('websocket.close.name'),
    clean: attributes['websocket.close.was_clean'] === true,
    initiator: text('websocket.close.initiator'),
    cause: text('websocket.close.cause'),
    errorType: text('error.type'),
    duration: seconds === undefined ? undefined : Number(seconds) * 1000,
    url: text('url.full'),
    reason: text('websocket.close.reason'),
    sentence: explanation.sentence,
  };
}

/** A row from a record, for closes whose spans go where the demo cannot look. */
export function rowOfRecord(record: CloseRecord): CloseRow {
  const { kind, endpoint, code, name, wasClean, initiator, cause, connectionDuration, reason } = record;
  return {
    side: kind,
    path: endpoint.path,
    code,
    name,
    clean: wasClean,
    initiator,
    cause,
    errorType: record.abnormal ? (record.errorCode ?? cause) : '',
    duration: connectionDuration,
    url: endpoint.url,
    reason,
    sentence: explainClose(record).sentence,
  };
}
