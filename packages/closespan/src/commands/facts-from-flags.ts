import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_WEBSOCKET_CLOSE_CAUSE,
  ATTR_WEBSOCKET_CLOSE_CODE,
  ATTR_WEBSOCKET_CLOSE_INITIATOR,
  ATTR_WEBSOCKET_CLOSE_LIMIT,
  ATTR_WEBSOCKET_CLOSE_LIMIT_KIND,
  ATTR_WEBSOCKET_CLOSE_REASON,
  ATTR_WEBSOCKET_CONNECTION_DURATION,
  ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED,
  ATTR_WEBSOCKET_IDLE_DURATION,
  ATTR_WEBSOCKET_SILENCE_DURATION,
  type CloseCause,
  type CloseInitiator,
} from '@closespan/core';
import { likelyClose } from '@closespan/core/explain';
import { UsageError } from '../command-line/command.ts';
import { readNumber, readSeconds } from '../command-line/parse-flags.ts';
import type { AttributeMap } from '../otlp/plain-attributes.ts';
import { isCause } from './is-cause.ts';

/** Flags that describe a close. */
export const FACT_FLAGS = {
  cause: { type: 'string' },
  error: { type: 'string' },
  idle: { type: 'string' },
  initiator: { type: 'string' },
  lifetime: { type: 'string' },
  reason: { type: 'string' },
  side: { type: 'string' },
  silence: { type: 'string' },
  status: { type: 'string' },
  unopened: { type: 'boolean' },
} as const;

type FactName = keyof typeof FACT_FLAGS;
type FactValues = { readonly [name in FactName]?: string | boolean | undefined };

/** Close that the user describes. */
export interface DescribedFacts {
  readonly attributes: AttributeMap;
  /** End of the connection that saw the close. */
  readonly side: 'client' | 'server';
  /** Whether the close counts as an error. */
  readonly abnormal: boolean;
  /** Facts that the user has not given, and that are taken for granted, each as a short text. */
  readonly assumed: readonly string[];
}

const SIDES = ['client', 'server'] as const;
const INITIATORS: readonly CloseInitiator[] = ['local', 'remote', 'none', 'unknown'];
/** Causes of connections that never opened. */
const UNOPENED = /^(?:handshake_|aborted_connecting)/;
/** Codes that stand for the absence of a Close frame. */
const LOST = [1006, 1015];

/** Says whether the user describes a close by flags. */
export function hasFacts(values: FactValues): boolean {
  return (Object.keys(FACT_FLAGS) as FactName[]).some((name) => values[name] !== undefined);
}

/**
 * Returns the facts of a close that the user describes. Without a cause, the likely cause is concluded.
 * @param code close code. @defaultValue 1006 for a described close
 * @throws UsageError for a word or number that no close has
 */
export function factsFromFlags(code: string | undefined, values: FactValues): DescribedFacts {
  const text = (name: FactName) => (typeof values[name] === 'string' ? values[name] : undefined);
  const seconds = (name: FactName) => {
    const time = text(name);
    return time === undefined ? undefined : readSeconds(`--${name}`, time);
  };
  const number = readNumber('CODE', code ?? '1006', 0, 65_535);
  const status =
    text('status') === undefined ? undefined : readNumber('--status', text('status') ?? '', 100, 599);
  const cause = causeOf(text('cause'));
  const side = oneOf('--side', text('side') ?? 'client', SIDES);
  const opened = !(values.unopened || status !== undefined || UNOPENED.test(cause ?? ''));
  const assumedInitiator = LOST.includes(number) || !opened ? 'none' : 'remote';
  const initiator = oneOf('--initiator', text('initiator') ?? assumedInitiator, INITIATORS);
  const [idle, lifetime, errorCode] = [seconds('idle'), seconds('lifetime'), text('error')];
  const { abnormal, limit, ...likely } = likelyClose({
    code: number,
    kind: side,
    initiator,
    opened,
    httpStatusCode: status,
    errorCode,
    idle,
    cause,
  });
  return {
    side,
    abnormal,
    attributes: withoutUndefined({
      [ATTR_WEBSOCKET_CLOSE_CODE]: number,
      [ATTR_WEBSOCKET_CLOSE_CAUSE]: likely.cause,
      [ATTR_WEBSOCKET_CLOSE_INITIATOR]: initiator,
      [ATTR_WEBSOCKET_CLOSE_LIMIT]: limit,
      [ATTR_WEBSOCKET_CLOSE_LIMIT_KIND]: limit && 'idle',
      [ATTR_WEBSOCKET_CLOSE_REASON]: text('reason'),
      [ATTR_WEBSOCKET_CONNECTION_DURATION]: lifetime,
      [ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED]: opened,
      [ATTR_WEBSOCKET_IDLE_DURATION]: idle,
      [ATTR_WEBSOCKET_SILENCE_DURATION]: seconds('silence'),
      [ATTR_HTTP_RESPONSE_STATUS_CODE]: status,
      [ATTR_ERROR_TYPE]: errorCode,
    }),
    assumed: [
      ...(code === undefined ? ['the code was 1006'] : []),
      ...(text('side') === undefined ? ['a client saw the close'] : []),
      ...(text('initiator') === undefined
        ? [assumedInitiator === 'remote' ? 'the peer closed first' : 'neither end closed']
        : []),
      ...(opened && lifetime === undefined && cause === undefined ? ['the connection had opened'] : []),
    ],
  };
}

/** Checks the cause that the user gives. */
function causeOf(word: string | undefined): CloseCause | undefined {
  if (word === undefined || isCause(word)) return word;
  throw new UsageError(`Expected \`--cause\` to be one of the causes in docs/causes.md, got \`${word}\``);
}

function oneOf<T extends string>(flag: string, word: string, words: readonly T[]): T {
  const known = words.find((one) => one === word);
  if (known) return known;
  throw new UsageError(`Expected \`${flag}\` to be one of ${words.join(', ')}, got \`${word}\``);
}

function withoutUndefined(map: Readonly<Record<string, AttributeMap[string] | undefined>>): AttributeMap {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined)) as AttributeMap;
}
