import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';

/** Panel that another program adds to the page. */
export interface PageExtension {
  /** Heading of the panel. */
  readonly title: string;
  /**
   * Source of a script, an ES module without imports. The script finds its empty panel as the element with the id
   * `extension`, and writes no HTML: the page enforces Trusted Types.
   */
  readonly script: string;
  /** Sources that the script connects to, as in `connect-src` of a Content Security Policy. @defaultValue none */
  readonly connectTo?: readonly string[];
}

/** The page and the Content Security Policy that the page is sent with. */
export interface PageDocument {
  readonly html: string;
  readonly policy: string;
}

/** Matches each inline script and style of the page. */
const INLINE = /<(script|style)(?:\s[^>]*)?>([\s\S]*?)<\/\1>/g;
const unpack = promisify(brotliDecompress);
const PLACE = '<!--extension-->';

/**
 * Reads the page, which the build has put into one packed file beside this module. Only scripts and styles of that file run:
 * the policy names each by its hash.
 */
export async function pageDocument(extension?: PageExtension): Promise<PageDocument> {
  const file = await unpack(await readFile(new URL('page.html.br', import.meta.url)));
  const html = String(file).replace(PLACE, () => (extension ? panelOf(extension) : ''));
  const hashes: Record<string, string[]> = { script: [], style: [] };
  for (const [, element = '', content = ''] of html.matchAll(INLINE)) {
    hashes[element]?.push(`'sha256-${createHash('sha256').update(content).digest('base64')}'`);
  }
  const policy = [
    "default-src 'none'",
    `script-src ${hashes['script']?.join(' ')}`,
    `style-src ${hashes['style']?.join(' ')}`,
    ["connect-src 'self'", ...(extension?.connectTo ?? [])].join(' '),
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  return { html, policy };
}

function panelOf({ title, script }: PageExtension): string {
  const heading = title.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  // Within a script, `<\/` means `</`, and does not end the element.
  const source = script.replace(/<(?=\/script|!--)/gi, '\\x3c');
  return `<section class="extension" aria-labelledby="extension-title"><h2 id="extension-title">${heading}</h2><div id="extension"></div></section><script type="module">${source}</script>`;
}
