import type { Context, Span, SpanContext } from '@opentelemetry/api';
import { callHook, logHookError, onRejection } from '../call-hook.ts';
import type { WebSocketOptions } from '../options.ts';
import type { CloseRecord } from '../record/close-record.ts';
import { templateOf, type UrlHooks } from '../record/endpoint.ts';
import { contextWith } from '../registered-api.ts';
import { createMeanings, type MeaningOf } from './close-meanings.ts';
import { frozenRecord } from './frozen-record.ts';
import { unrecordedSpan } from './unrecorded-span.ts';

/**
 * Hooks of the app: the options that are functions, or that few pages have. A hook is absent without its option. No
 * hook throws: an error of the app's code is logged with `diag.error`.
 */
export interface AppHooks extends UrlHooks {
  /** Returns the text to record for a close reason. Empty if the app's hook fails. */
  readonly redactReason?: TextHook | undefined;
  /** Returns the text to record for a subprotocol. Empty if the app's hook fails. */
  readonly redactSubprotocol?: TextHook | undefined;
  /** Returns a copy of a record that no hook can change. Absent if no hook gets records. */
  readonly freeze?: typeof frozenRecord | undefined;
  /** Returns whether a close counts as an error. If the app's hook fails, `abnormal` of the record decides. */
  readonly isAbnormal?: ((record: CloseRecord) => boolean) | undefined;
  /** Returns the meaning of a close code that a preset of the app knows, or that the app itself has given. */
  readonly meaningOf?: MeaningOf | undefined;
  /** Returns a context in which a span with the given ids is active. Absent unless spans have a parent. */
  readonly contextOf?: ((parent: SpanContext) => Context) | undefined;
  /** Passes a close to the app. Without a span, the app gets a span that is not recorded. */
  readonly closeHook?:
    | ((record: CloseRecord, span: Span | undefined, socket: object | undefined) => void)
    | undefined;
}

type TextHook = (text: string) => string;

/** Makes the hooks of the app from its options. A page loads this code only with such an option. */
export function createAppHooks(options: WebSocketOptions): AppHooks {
  const { redactUrl, urlTemplate, isAbnormal, closeHook, metricAttributes, presets } = options;
  const redact = (name: 'redactReason' | 'redactSubprotocol'): TextHook | undefined => {
    const hook = options[name];
    return hook && ((text) => callHook(name, 'string', () => hook(text), ''));
  };
  return {
    redactUrl:
      redactUrl && ((url, origin) => callHook('redactUrl', 'string', () => redactUrl(new URL(url)), origin)),
    urlTemplate: urlTemplate && ((url) => templateOf(urlTemplate, url)),
    redactReason: redact('redactReason'),
    redactSubprotocol: redact('redactSubprotocol'),
    freeze: isAbnormal || closeHook || metricAttributes ? frozenRecord : undefined,
    isAbnormal:
      isAbnormal &&
      ((record) => callHook('isAbnormal', 'boolean', () => isAbnormal(record), record.abnormal)),
    meaningOf: presets && createMeanings(presets, options.closeCodes),
    contextOf: options.parent === 'creation' ? (parent) => contextWith(unrecordedSpan(parent)) : undefined,
    closeHook:
      closeHook &&
      ((record, span, socket) => {
        const failed = (error: unknown) => logHookError('closeHook', error);
        try {
          // A hook may be an `async` function; its rejection must not be unhandled.
          onRejection(closeHook(record, span ?? unrecordedSpan(), socket), failed);
        } catch (error) {
          failed(error);
        }
      }),
  };
}
