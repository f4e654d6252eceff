import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PAGE = fileURLToPath(new URL('../../docs/places.md', import.meta.url));
const page = readFileSync(PAGE, 'utf8');
/** A link to a file of an example, and the code below the link. */
const SHOWN = /^(\[`[^`]+`\]\(\.\.\/(examples\/[^)]+)\):\n\n```\w+\n)[\s\S]*?^```$/gm;

it('the page shows the files of the examples as they are', async () => {
  const files: string[] = [];
  const written = page.replace(SHOWN, (_shown, head: string, file: string) => {
    files.push(file);
    return `${head}${readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8')}\`\`\``;
  });
  // No code stands there by itself.
  expect(files).toHaveLength(page.match(/^```\w+$/gm)?.length ?? 0);
  expect([...new Set(files.map((file) => file.split('/')[1]))]).toEqual([
    'electron',
    'extension',
    'capacitor',
    'vercel',
    'api-gateway',
  ]);
  // `vitest -u` writes the page.
  await expect(written).toMatchFileSnapshot(PAGE);
});
