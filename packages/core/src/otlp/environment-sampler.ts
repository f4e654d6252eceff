import { getStringFromEnv } from '@opentelemetry/core';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import { AbnormalCloseSampler, type SamplerLike } from '../sampler.ts';

/** Values of `OTEL_TRACES_SAMPLER` that switch spans off. Other values keep a share of them. */
const OFF = /^(parentbased_)?always_off$/;

/**
 * Returns the sampler that the variables `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` name, changed so that
 * every abnormal close is kept. The SDK logs a wrong value, and a wrong value counts as in the SDK: every span is kept.
 * @param keepAbnormal `undefined` keeps abnormal closes unless the variable switches spans off
 * @returns `undefined` if the sampler of the variables shall decide about all spans
 */
export function environmentSampler(keepAbnormal: boolean | undefined): SamplerLike | undefined {
  const name = getStringFromEnv('OTEL_TRACES_SAMPLER') ?? '';
  if (!(keepAbnormal ?? !OFF.test(name))) return undefined;
  const root = rootSampler(name.replace(/^parentbased_/, ''));
  const isRootOnly = /^(always_(on|off)|traceidratio)$/.test(name);
  return new AbnormalCloseSampler(isRootOnly ? root : new ParentBasedSampler({ root }));
}

/** Makes the sampler for spans without a parent. */
function rootSampler(name: string): AlwaysOffSampler | AlwaysOnSampler | TraceIdRatioBasedSampler {
  if (name === 'always_off') return new AlwaysOffSampler();
  return name === 'traceidratio' ? new TraceIdRatioBasedSampler(ratioOfTraces()) : new AlwaysOnSampler();
}

/** Returns the share of traces to keep. A text that is no number from 0 to 1 counts as 1, as in the SDK. */
function ratioOfTraces(): number {
  const ratio = Number(getStringFromEnv('OTEL_TRACES_SAMPLER_ARG') ?? 1);
  return ratio >= 0 && ratio <= 1 ? ratio : 1;
}
