import type { WebSocketOptions } from '@closespan/core';
import { isIgnored, now, type Recorder, trackConnection } from '@closespan/core/platform';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { createPrivateSlot } from '../connection/private-slot.ts';
import { patchInherited } from '../runtime/patch-inherited.ts';
import { onFirstAnswer } from './final-response.ts';
import type { Answer } from './read-response.ts';
import { type UpgradeRequest, type UpgradeSocket, upgradeUrl } from './upgrade-facts.ts';
import { whenServing } from './when-serving.ts';

/** Observes requests to become a WebSocket, from their arrival at a server to their answer. */
export interface UpgradeObserver {
  /** Observes one that did not come through an HTTP server of Node; once. */
  arrive(request: UpgradeRequest, socket: UpgradeSocket): void;
  /** When a request arrived. */
  arrivedAt(request: object): number | undefined;
  stop(): void;
}

/**
 * Makes an observer: of what servers refuse it records the handshake; what they accept is recorded at its close.
 * @param accepted called for each that was accepted, by whatever library
 */
export function observeUpgrades(
  recorder: Recorder,
  { ignoreUrls }: WebSocketOptions,
  accepted: () => void,
): UpgradeObserver {
  const arrivals = createPrivateSlot<number>();
  let stopped = false;

  function arrive(request: UpgradeRequest, socket: UpgradeSocket): void {
    if (arrivals.get(request) !== undefined || request.headers.upgrade?.toLowerCase() !== 'websocket') return;
    arrivals.set(request, now());
    onFirstAnswer(socket, request, (answer) => {
      if (answer.statusCode === 101) accepted();
      else refuse(request, socket, answer);
    });
  }

  function refuse(request: UpgradeRequest, socket: UpgradeSocket, { statusCode, error }: Answer): void {
    const url = upgradeUrl(request, socket);
    if (stopped || isIgnored(url, ignoreUrls)) return;
    recorder.record(trackConnection(ROOT_CONTEXT, arrivals.get(request)), {
      kind: 'server',
      url: url.split('?', 1)[0] as string,
      template: '',
      code: 1006,
      reason: '',
      wasClean: false,
      errored: Boolean(error),
      errorCode: error?.code,
      httpStatusCode: statusCode,
    });
  }

  const undo: (() => void)[] = [];
  const stopWaiting = whenServing((prototypes) => {
    for (const prototype of prototypes) undo.push(patchInherited(prototype, 'emit', onEmit));
  });

  function onEmit(_server: object, [event, request, socket]: readonly unknown[]): undefined {
    if (event === 'upgrade') arrive(request as UpgradeRequest, socket as UpgradeSocket);
  }

  return {
    arrive,
    arrivedAt: (request) => arrivals.get(request),
    stop() {
      stopped = true;
      stopWaiting();
      for (const step of undo) step();
    },
  };
}
