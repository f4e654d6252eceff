import { readFileSync } from 'node:fs';
import * as presetsEntry from '@closespan/core/presets';
import { markdownTable } from './markdown-table.ts';

const HEAD = `<!-- Written by test/core/presets.test.ts. To write the page again: npx vitest run --project node test/core/presets.test.ts -u -->

# Presets: close codes of protocols

Codes from 3000 on belong to a protocol or an app: 4400 means one thing in GraphQL, and another elsewhere. A preset has the names and the outcome of one protocol's codes, and applies to connections of that protocol alone.

\`\`\`js
import { graphqlWs, socketIo } from '@closespan/core/presets';
import { instrumentWebSockets } from '@closespan/node';

instrumentWebSockets({ presets: [graphqlWs, socketIo] });
\`\`\`

- A preset applies if both ends agreed on one of its subprotocols. If they agreed on none, it applies to URLs that its pattern matches, without user info, query and fragment.
- \`closeCodes\` of the app win, then the first preset that applies and knows the code.
- A page loads only the presets that it imports.
- With \`@closespan/node/register\`: \`CLOSESPAN_PRESETS=graphqlWs,socketIo\`.
- A preset for your own protocol, or for another path:

\`\`\`js
import { definePreset, hocuspocus } from '@closespan/core/presets';
import { instrumentWebSockets } from '@closespan/node';

const game = definePreset({ urls: /\\/game$/, closeCodes: { 4001: { name: 'Kicked', abnormal: false } } });
const documents = definePreset({ ...hocuspocus, urls: /\\/documents\\// });
instrumentWebSockets({ presets: [game, documents] });
\`\`\`

Each code comes from the source that is named. Action Cable, Engine.IO, LiveKit, Phoenix and SignalR have no codes of their own, and close with codes of the standard.
`;

/** The page docs/presets.md: each preset with its source, its connections and its codes. */
export function presetsPage(): string {
  const { definePreset, ...presets } = presetsEntry;
  return HEAD + Object.entries(presets).map(sectionOf).join('');
}

function sectionOf([name, preset]: [string, presetsEntry.Preset]): string {
  const { subprotocols = [], urls, closeCodes } = preset;
  const connections = [
    subprotocols.length > 0 && `Subprotocol ${subprotocols.map((one) => `\`${one}\``).join(' or ')}`,
    urls && `Without a subprotocol: URL \`${urls.source.replaceAll('|', '\\|').replaceAll('\\/', '/')}\``,
  ].filter(Boolean);
  const rows = Object.entries(closeCodes).map(([code, { name: text = '', abnormal }]) => [
    code,
    text,
    abnormal ? 'abnormal' : 'normal',
  ]);
  return `
## ${name}

${connections.join('. ')}. Source: ${sourceOf(name)}

${markdownTable(['code', 'name', 'outcome'], rows)}
`;
}

/** The source that the module of a preset names. */
function sourceOf(name: string): string {
  const file = `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
  const text = readFileSync(new URL(`../../packages/core/src/presets/${file}`, import.meta.url), 'utf8');
  const source = /@see ([^*]+)\*\//.exec(text)?.[1]?.trim();
  if (!source) throw new Error(`${file} names no source`);
  return source;
}
