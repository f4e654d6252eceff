import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Below the packages of this folder, so that a copy finds them as an app finds its own. */
const COPIES = fileURLToPath(new URL('node_modules/.cache', import.meta.url));

/** A copy of an example that can be changed. */
export interface ExampleCopy {
  readonly folder: string;
  /** Writes a further file, with its folders. Returns the path. */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

/**
 * Copies the files of an example, with other addresses in the place of its own.
 * @param name folder in `examples`
 * @param addresses texts that are replaced
 */
export async function copyExample(
  name: string,
  addresses: Readonly<Record<string, string>>,
): Promise<ExampleCopy> {
  await mkdir(COPIES, { recursive: true });
  const folder = await mkdtemp(join(COPIES, `${name}-`));
  await cp(join(ROOT, 'examples', name), folder, { recursive: true });
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    let text = await readFile(file, 'utf8');
    for (const [from, to] of Object.entries(addresses)) text = text.replaceAll(from, to);
    await writeFile(file, text);
  }
  return {
    folder,
    async write(file, text) {
      const path = join(folder, file);
      await mkdir(join(path, '..'), { recursive: true });
      await writeFile(path, text);
      return path;
    },
    remove: () => rm(folder, { recursive: true }),
  };
}
