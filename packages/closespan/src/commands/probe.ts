import type { Command } from '../command-line/command.ts';

/** Probes a server: waits on one silent connection, and says when and how the path cuts it, and whether pings keep it. */
export const probe: Command = {
  usage: [
    ['probe URL', 'waits on a silent connection: when is it cut, and do pings keep it?'],
    ['--for TIME', 'longest wait in silence: seconds, or 90s, 10m, 1h. Default: 10m, at most 24h'],
    ["--header 'Name: value'", 'header of the handshake. May be repeated. Its value is never shown'],
    ['--subprotocol NAME', 'subprotocol to ask for. May be repeated'],
    ['--origin ORIGIN', 'header Origin, which servers expect of pages'],
    ['--handshake-timeout TIME', 'longest handshake. Default: 30s'],
    ['--insecure', 'accepts a TLS certificate that cannot be verified'],
    ['--json', 'prints the result as one line of JSON, and all else to standard error'],
  ],
  async run(args, context) {
    // Loaded here, since the other commands need neither the client nor the observation.
    const { readArguments } = await import('../probe/read-arguments.ts');
    const options = readArguments(args);
    const { runProbe } = await import('../probe/run-probe.ts');
    return runProbe(options, context);
  },
};
