/**
 * Checks that every import in the packages' sources runs downwards: a room imports itself and rooms on lower floors.
 * Rooms on one floor do not import each other. Types count like values.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The floors of each package, the ground first. A room is a file or a folder of `src`. */
const FLOORS = {
  core: [
    ['version.ts', 'schema-url.ts', 'root-context.ts'],
    ['registered-api.ts'],
    ['guard.ts', 'log-failures.ts', 'expected.ts', 'own-options.ts'],
    ['call-hook.ts'],
    ['stop-all.ts', 'record'],
    ['semconv.ts', 'queue'],
    ['sampler.ts', 'explain', 'presets'],
    ['options.ts'],
    ['check-options.ts', 'span'],
    ['metrics'],
    ['delivery'],
    ['telemetry'],
    ['recording-settings.ts'],
    ['page-recording.ts', 'metrics.ts', 'otlp'],
    ['recording.ts'],
    ['otlp.ts', 'otlp-metrics.ts', 'page-metrics.ts'],
    ['recorder.ts'],
    ['observe'],
    ['handlers'],
    ['propagation', 'count-messages.ts'],
    ['running.ts'],
    ['instrumentation.ts'],
    ['platform-instrumentation.ts'],
    ['index.ts', 'platform.ts', 'explain.ts', 'presets.ts', 'messages.ts'],
  ],
  browser: [
    ['listen.ts', 'fetch-at-load.ts', 'lazy-option-parts.ts'],
    ['browser-options.ts', 'observe-streams.ts', 'lifecycle', 'durable', 'load-hooks.ts'],
    ['lifecycle.ts'],
    ['recording.ts'],
    ['store'],
    ['pipeline', 'store.ts'],
    ['react-native'],
    ['browser-platform.ts', 'static-option-parts.ts'],
    ['lazy-parts.ts', 'static-messages.ts', 'missing-messages.ts'],
    ['static-parts.ts'],
    ['instrument-web-sockets.ts', 'instrument-workerd.ts'],
    ['index.ts', 'one-file.ts', 'react-native.ts', 'server.ts', 'workerd.ts'],
  ],
  node: [
    ['runtime', 'node-options.ts', 'spool'],
    ['pipeline', 'instrument-server.ts'],
    ['connection', 'environment.ts'],
    ['propagation', 'process', 'traffic', 'pings', 'reported'],
    ['upgrades'],
    ['library-observer.ts'],
    ['connection-of.ts'],
    ['undici/connection'],
    ['undici/calls'],
    ['undici/endings'],
    ['ws', 'websocket', 'undici', 'global', 'wire', 'open', 'engine-io', 'handlers'],
    ['install-observers.ts'],
    ['instrument-web-sockets.ts'],
    ['index.ts', 'register.ts'],
  ],
  closespan: [
    ['otlp', 'command-line/command.ts'],
    ['command-line/parse-flags.ts'],
    ['closes'],
    ['receiver', 'terminal'],
    ['probe'],
    ['page'],
    ['commands'],
    ['command-line'],
    ['bin.ts', 'receiver.ts'],
  ],
};
/** Rooms that stay apart although one stands above the other. */
const APART = {
  core: [
    ['observe', 'span'],
    ['observe', 'metrics'],
    ['observe', 'delivery'],
    ['observe', 'telemetry'],
    ['observe', 'queue'],
    ['observe', 'recording.ts'],
    ['observe', 'page-recording.ts'],
    ['span', 'queue'],
    ['metrics', 'queue'],
    ['delivery', 'queue'],
    ['telemetry', 'queue'],
  ],
  browser: [],
  node: [
    ['upgrades', 'process'],
    ['ws', 'process'],
    ['websocket', 'process'],
    ['undici', 'process'],
    ['wire', 'process'],
  ],
  closespan: [],
};

const problems = Object.keys(FLOORS).flatMap(checkPackage);
for (const problem of problems) console.error(problem);
console.log(
  problems.length === 0 ? 'Every import runs downwards.' : `${problems.length} imports break a wall.`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

function checkPackage(name) {
  const source = fileURLToPath(new URL(`../packages/${name}/src`, import.meta.url));
  const floors = FLOORS[name];
  const files = readdirSync(source, { recursive: true }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const room = roomOf(file);
    if (!room) return [`packages/${name}/src/${file} stands in no room of scripts/check-walls.mjs`];
    return importsOf(file)
      .filter((imported) => !mayImport(room, roomOf(imported)))
      .map((imported) => `packages/${name}/src/${file} may not import ${imported}`);
  });

  function importsOf(file) {
    const text = readFileSync(join(source, file), 'utf8');
    return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+\.ts)'/g)].map(([, path]) =>
      relative(source, join(source, dirname(file), path)),
    );
  }

  /** The room with the longest name that holds a file. */
  function roomOf(file) {
    return floors
      .flat()
      .filter((room) => file === room || file.startsWith(`${room}/`))
      .sort((a, b) => b.length - a.length)[0];
  }

  function mayImport(from, to) {
    if (from === to) return true;
    const floorOf = (room) => floors.findIndex((rooms) => rooms.includes(room));
    const isApart = APART[name].some(([a, b]) => (a === from && b === to) || (a === to && b === from));
    return to !== undefined && floorOf(to) < floorOf(from) && !isApart;
  }
}
