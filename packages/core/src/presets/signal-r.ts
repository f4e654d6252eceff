import { definePreset } from './define-preset.ts';
import type { Preset } from './preset.ts';

/**
 * Close codes of ASP.NET Core SignalR, whose server closes with 1000, or with 1011 after an error. Its client closes without a code. The preset applies
 * to paths that end with a hub's name, such as `/chatHub` or `/hubs/chat`.
 * @see https://github.com/dotnet/aspnetcore, `WebSocketsServerTransport.cs`
 */
export const signalR: Preset = /* @__PURE__ */ definePreset({
  urls: /(?:\/hubs?\/[^/]+|\/[^/]*hub)\/?$/i,
  closeCodes: {
    1000: { name: 'SignalR connection stopped', abnormal: false },
    1005: { name: 'SignalR connection stopped', abnormal: false },
    1011: { name: 'SignalR connection failed', abnormal: true },
  },
});
