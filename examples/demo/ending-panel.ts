import { fileURLToPath } from 'node:url';
import type { PageExtension } from 'closespan/receiver';
import { build } from 'esbuild';
import type { EndingServer } from './ending-server.ts';
import { ENDINGS, type Ending } from './endings.ts';

/** Ending that a button in the page makes, with the address of its connection. */
export type PageEnding = Pick<Ending, 'title' | 'close' | 'abort' | 'send'> & { readonly url: string };

/** Makes the panel in the page of closespan whose buttons end connections of the visitor's own browser. */
export async function endingPanel(server: EndingServer): Promise<PageExtension> {
  const endings: PageEnding[] = ENDINGS.filter(({ inPage }) => inPage).map(
    ({ path, title, close, abort, send }) => ({
      ...{ title, url: server.urlOf(path) },
      ...(close && { close }),
      ...(abort && { abort }),
      ...(send && { send }),
    }),
  );
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page/ending-buttons.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    define: { PAGE_ENDINGS: JSON.stringify(endings) },
    write: false,
    logLevel: 'error',
  });
  return {
    title: 'End a connection of this browser',
    script: outputFiles[0]?.text ?? '',
    connectTo: [...new Set(endings.map(({ url }) => new URL(url).origin))],
  };
}
