/**
 * Writes the rules and the dashboard. With options it makes them for your place:
 * `node stack/generate.ts --runbook https://wiki.example.com/closespan --client-objective 0.95`
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generatedFiles } from './generated-files.ts';
import { OBJECTIVES } from './rules/alerts.ts';

const { values } = parseArgs({
  options: {
    runbook: { type: 'string' },
    'client-objective': { type: 'string' },
    'server-objective': { type: 'string' },
  },
});
const objectives = {
  client: share(values['client-objective'], OBJECTIVES.client),
  server: share(values['server-objective'], OBJECTIVES.server),
};
for (const [name, text] of Object.entries(generatedFiles({ ...values, objectives }))) {
  const path = fileURLToPath(new URL(name, import.meta.url));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`wrote stack/${name}`);
}

function share(text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (value > 0 && value < 1) return value;
  throw new TypeError(`Expected an objective between 0 and 1, got \`${text}\``);
}
