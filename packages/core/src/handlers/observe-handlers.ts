import { guard } from '../guard.ts';
import type { SocketInfo } from '../observe/web-socket-like.ts';
import type { Connection } from '../record/connection.ts';
import type { Recorder } from '../recorder.ts';
import { diag } from '../registered-api.ts';
import { NAME } from '../version.ts';
import type { EventFacts } from './close-arguments.ts';
import type { GivenInfo } from './given-info.ts';
import type { HandledConnection } from './handled-connection.ts';
import type { HandlerRole } from './handler-names.ts';
import type { HandlersPlatform } from './handlers-platform.ts';
import type { ObserveHandlers } from './observe-handlers-type.ts';
import { recordEvents } from './record-events.ts';
import { createHandlerWrapper, type NoteCall } from './wrap-handlers.ts';

/** Observes connections through the handlers that get their events. */
export interface HandlersObserver {
  readonly observeHandlers: ObserveHandlers;
  /** Begins to track a connection that the app accepts, ahead of its first event. */
  noteOpen(socket: object, args: readonly unknown[], given: GivenInfo): void;
  /** Returns the connection of an object that handlers get, also after the record of the connection is made. */
  connectionOf(socket: object): Connection | undefined;
  /** Connections that are open, by the library's own object. Empty if the platform wants no list. */
  readonly open: ReadonlyMap<object, HandledConnection>;
  /** Records each open connection with these facts. */
  recordOpen(facts: EventFacts): void;
  /** Stops observation. Wrapped handlers then only call the app's handlers. */
  stop(): void;
}

type Class = new (...args: unknown[]) => object;
type Info = Parameters<ObserveHandlers>[1];

/** Makes an observer of handlers. */
export function createHandlersObserver(recorder: Recorder, platform: HandlersPlatform): HandlersObserver {
  const events = recordEvents(recorder, platform);
  const wrapper = createHandlerWrapper(wants);
  const classes = new WeakSet<object>();
  let isStopped = false;

  function wants(role: HandlerRole): boolean {
    if (role === 'message') return Boolean(platform.createTraffic);
    return role !== 'fetch' || Boolean(platform.noteFetch);
  }

  function wrap<H extends object>(handlers: H, given: GivenInfo): H {
    const note: NoteCall = (role, self, args) => {
      if (isStopped) return undefined;
      if (role === 'fetch') {
        events.note('upgrade', args, given);
        return platform.noteFetch?.(self, args, given);
      }
      if (role === 'resolve') return (result) => observeResolved(result, given);
      events.note(role, args, given);
      return undefined;
    };
    const observed = wrapper.wrap(handlers, note);
    if (!observed) diag.warn(`${NAME}: observeHandlers got no handlers of WebSockets`);
    return observed ?? handlers;
  }

  /** Observes the hooks that `resolve` of crossws returns or promises. */
  function observeResolved(result: unknown, given: GivenInfo): unknown {
    const observe = (hooks: unknown) => (typeof hooks === 'object' && hooks ? wrap(hooks, given) : hooks);
    return result instanceof Promise ? result.then(observe) : observe(result);
  }

  /** Returns a class whose instances are observed. */
  function wrapClass<C extends Class>(original: C, info: Info): C {
    if (classes.has(original)) return original;
    const observed = new Proxy(original, {
      __proto__: null,
      construct(target: C, args: unknown[], newTarget: C) {
        const instance: object = Reflect.construct(target, args, newTarget);
        if (!isStopped) guard('observeHandlers', () => wrap(instance, givenInfo(instance, info)));
        return instance;
      },
    } as ProxyHandler<C>);
    classes.add(observed);
    return observed;
  }

  return {
    observeHandlers(handlers, info) {
      if (isStopped) return handlers;
      return guard(
        'observeHandlers',
        () =>
          typeof handlers === 'function'
            ? (wrapClass(handlers as unknown as Class, info as Info) as unknown as typeof handlers)
            : wrap(handlers, givenInfo(handlers, info as Info)),
        handlers,
      );
    },
    noteOpen: events.noteOpen,
    connectionOf: events.connectionOf,
    open: events.open,
    recordOpen: events.recordOpen,
    stop() {
      isStopped = true;
      events.stop();
    },
  };
}

function givenInfo(handlers: object, info: Info): GivenInfo {
  return {
    infoOf: (socket) => (typeof info === 'function' ? info(socket) : (info as SocketInfo | undefined)),
    get idleTimeout() {
      return (handlers as { readonly idleTimeout?: unknown }).idleTimeout;
    },
  };
}
