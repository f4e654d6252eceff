import { describe, expect, it } from 'vitest';
import { conclude } from '../../packages/closespan/src/probe/conclude.ts';
import { conclusionWords } from '../../packages/closespan/src/probe/conclusion-words.ts';
import { longestWithPings, planPings } from '../../packages/closespan/src/probe/plan-phases.ts';
import type { ProbedConnection } from '../../packages/closespan/src/probe/probe-connection.ts';
import { readArguments } from '../../packages/closespan/src/probe/read-arguments.ts';
import { showProgress } from '../../packages/closespan/src/probe/show-progress.ts';

type End = ProbedConnection['end'];

/** A connection that was open for some seconds. */
function connection(end: End, seconds: number, held: object = {}): ProbedConnection {
  const lastSilence = seconds * 1000;
  return {
    end,
    handshake: 40,
    held: {
      end: 'cut',
      lifetime: seconds * 1000,
      traffic: { messages: 0, serverPings: 0, bytes: 0, lastSilence, longestSilence: 0 },
      pings: { sent: 3, answered: 3, longestRoundTrip: 12 },
      paused: 0,
      ...held,
    },
    close: undefined,
  };
}

/** All that a probe says, from its connections. */
function said(silent: ProbedConnection, pinged?: ProbedConnection, args: readonly string[] = []): string {
  const options = readArguments(['ws://h', ...args]);
  const plan = planPings(silent, options);
  const conclusion = conclude(silent, plan, pinged);
  const { says, todo } = conclusionWords({ options, silent, plan, pinged, conclusion });
  return [...says, ...todo].join('\n');
}

describe('closespan probe', () => {
  it('names the proxies whose idle limit fits, and a heartbeat below the limit', () => {
    expect(said(connection('cut', 60.02), connection('kept', 150))).toBe(
      [
        'A hop between, or the server, cuts the connection after 60 s of silence. Pings keep it.',
        'Known limits of 60 s: nginx, ingress-nginx, AWS Application and Classic Load Balancer.',
        'Send a ping every 30 s, and at least every 55 s. Let the server do so, since browsers cannot ping.',
        'Or let the app send a small message as often.',
        'Or raise the limit of 60 s.',
      ].join('\n'),
    );
  });

  it('names the platforms whose age limit fits', () => {
    expect(said(connection('cut', 7200.9), connection('cut', 7199.8))).toMatch(
      /at an age of 7200 s, with pings and without\.[\s\S]*Known limits of 7200 s: Amazon API Gateway/,
    );
  });

  it('finds no limit in ends at different ages', () => {
    expect(said(connection('cut', 60), connection('cut', 12))).toContain('No time limit fits both');
  });

  it.each<[string, ProbedConnection | undefined]>([
    ['was refused', { end: 'refused', handshake: 1, held: undefined, close: undefined }],
    ['was ended by the user', connection('interrupted', 3)],
    ['was broken', connection('broken', 3)],
    ['was flooded', connection('flooded', 3)],
    ['met a pause of the machine', connection('kept', 150, { paused: 60_000 })],
    ['was not made', undefined],
  ])('does not say whether pings help if the connection with pings %s', (_what, pinged) => {
    expect(said(connection('cut', 60), pinged)).toMatch(
      /after 60 s of silence\.\nWhether pings keep it is not known\.\nKnown limits of 60 s: nginx/,
    );
  });

  it('does not say whether pings help after a silent death, if the connection with pings was refused', () => {
    const refused: ProbedConnection = { end: 'refused', handshake: 1, held: undefined, close: undefined };
    expect(said(connection('dead', 610), refused)).toMatch(
      /^The silent connection died.*\nWhether pings keep/,
    );
    expect(said(connection('dead', 610), connection('cut', 9))).toMatch(/With pings another one ended, too/);
  });

  it('concludes nothing from times in which the machine slept', () => {
    expect(said(connection('cut', 900, { paused: 600_000 }))).toMatch(/did not run for a while/);
  });

  it('bounds the connection with pings', () => {
    expect(longestWithPings(60_000)).toBe(150_000);
    expect(longestWithPings(60_040)).toBe(151_000);
    expect(longestWithPings(1000)).toBe(2500);
    expect(longestWithPings(3_600_000)).toBe(4_200_000);
    const options = readArguments(['ws://h', '--for', '24h']);
    expect(planPings(connection('cut', 350), options)?.pingInterval).toBe(175_000);
    expect(planPings(connection('cut', 25), options)?.pingInterval).toBe(12_000);
    expect(planPings(connection('cut', 0.3), options)).toBeUndefined();
    expect(planPings(connection('dead', 86_400), options)?.pingInterval).toBe(30_000);
  });

  it('writes no sentence of more than 30 words', () => {
    const ends: readonly End[] = ['kept', 'dead', 'cut', 'broken', 'flooded', 'interrupted', 'refused'];
    const texts = ends.flatMap((first) =>
      ends.flatMap((second) =>
        [10, 60, 90].map((seconds) => said(connection(first, 60), connection(second, seconds))),
      ),
    );
    const long = texts.flatMap((text) => text.split(/[.:]\s/)).filter((text) => text.split(' ').length > 30);
    expect(long).toEqual([]);
  });
});

describe('progress of closespan probe', () => {
  /** What is written in 150 seconds. */
  function written(isTTY: boolean): string {
    let text = '';
    const output = {
      isTTY,
      write(chunk: string) {
        text += chunk;
        return true;
      },
    };
    const progress = showProgress(output as never);
    for (let second = 1; second <= 150; second++)
      progress.tick(second * 1000 + 20, {
        sent: second > 100 ? 1 : 0,
        answered: 0,
        longestRoundTrip: undefined,
      });
    progress.clear();
    return text;
  }

  it('is one line a minute in a file', () => {
    expect(written(false)).toBe('  open for 60 s\n  open for 2 min, 1 ping sent, 0 pongs came\n');
  });

  it('stands in one place on a terminal, and is removed at the end', () => {
    const text = written(true);
    expect(text.startsWith('\r\x1b[K  open for 1 s\r\x1b[K  open for 2 s\r')).toBe(true);
    expect(text.endsWith('  open for 150 s, 1 ping sent, 0 pongs came\r\x1b[K')).toBe(true);
    expect(text).not.toContain('\n');
  });
});
