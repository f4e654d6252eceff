import { guard } from '@closespan/browser/recording';
import type { Attributes } from '@opentelemetry/api';
import type { BrowserWebSocketOptions } from '../browser-options.ts';

/** Members of `navigator.userAgentData` (User-Agent Client Hints § NavigatorUAData). Only Chromium has it. */
interface UserAgentData {
  readonly brands: readonly { readonly brand: string; readonly version: string }[];
  readonly platform: string;
  readonly mobile: boolean;
}

/**
 * Returns the resource attributes that tell releases, deployments and browsers apart: those of the app, and what the
 * browser says of itself. A member that the browser lacks has no attribute.
 */
export function pageResource({ serviceVersion, resourceAttributes }: BrowserWebSocketOptions): Attributes {
  return {
    ...(serviceVersion && { 'service.version': serviceVersion }),
    ...guard('navigator', browserAttributes),
    ...resourceAttributes,
  };
}

function browserAttributes(): Attributes {
  const {
    userAgent,
    language,
    userAgentData: data,
  }: Partial<Navigator> & { userAgentData?: UserAgentData } = globalThis.navigator ?? {};
  return {
    ...(userAgent && { 'user_agent.original': userAgent }),
    ...(language && { 'browser.language': language }),
    ...(data && {
      'browser.brands': data.brands.map(({ brand, version }) => `${brand} ${version}`),
      'browser.platform': data.platform,
      'browser.mobile': data.mobile,
    }),
  };
}
