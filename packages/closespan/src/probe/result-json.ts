import { conclusionWords } from './conclusion-words.ts';
import type { ProbedConnection } from './probe-connection.ts';
import { shownUrl } from './probe-options.ts';
import type { ProbeResult } from './probe-result.ts';

/** Returns the result of a probe as one line of JSON. Times are seconds. Values of headers are not in the line. */
export function resultJson(result: ProbeResult): string {
  const { options, silent, plan, pinged, conclusion } = result;
  const { says, todo } = conclusionWords(result);
  return JSON.stringify({
    url: shownUrl(options.url),
    for: options.silentFor / 1000,
    conclusion: { ...conclusion, says, todo },
    silent: connectionJson(silent),
    pinged: plan && pinged && { pingInterval: plan.pingInterval / 1000, ...connectionJson(pinged) },
  });
}

function connectionJson({ end, handshake, held, close }: ProbedConnection): object {
  return {
    end,
    handshake: seconds(handshake),
    ...(held && {
      lifetime: seconds(held.lifetime),
      lastSilence: seconds(held.traffic.lastSilence),
      longestSilence: seconds(held.traffic.longestSilence),
      messages: held.traffic.messages,
      serverPings: held.traffic.serverPings,
      bytes: held.traffic.bytes,
      pingsSent: held.pings.sent,
      pingsAnswered: held.pings.answered,
      longestRoundTrip: seconds(held.pings.longestRoundTrip),
    }),
    close,
  };
}

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds) / 1000;
}
