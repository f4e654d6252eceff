import type { Context } from '@opentelemetry/api';

/** Context without values. */
// Marked as pure: a bundle that needs no context leaves this one out.
export const ROOT_CONTEXT: Context = /* @__PURE__ */ contextOf(/* @__PURE__ */ new Map());

/** Makes a context that holds the given values. */
function contextOf(values: ReadonlyMap<symbol, unknown>): Context {
  return {
    getValue: (key) => values.get(key),
    setValue: (key, value) => contextOf(new Map([...values, [key, value]])),
    deleteValue: (key) => contextOf(new Map([...values].filter(([other]) => other !== key))),
  };
}
