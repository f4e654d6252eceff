import { byId } from '../dom/element.ts';
import { type Connection, closesOf } from '../model/connections.ts';
import type { PageOutage } from '../model/outages.ts';
import type { ReadCloses } from './read-closes.ts';
import { FileError, readFile } from './read-file.ts';
import { saveFile } from './save-file.ts';

/** Functions of the page that the buttons for files call. */
export interface FileOffers {
  /** Returns everything that the page keeps, without regard to filters. */
  exported(): {
    readonly connections: readonly Connection[];
    readonly outages: readonly PageOutage[];
  } & Omit<ReadCloses, 'closes' | 'outages'>;
  onRead(name: string, read: ReadCloses): void;
  onError(message: string): void;
}

/** Lets the user save what the page keeps, and open a file by button or by drop. */
export function offerFiles({ exported, onRead, onError }: FileOffers): void {
  const input = byId<HTMLInputElement>('file');
  const problem = byId('problem');

  byId('export').addEventListener('click', () => {
    const { connections, outages, ...counts } = exported();
    const closes = connections
      .flatMap(closesOf)
      .map(({ number, span, explanation }) => ({ number, span, explanation }))
      .sort((a, b) => a.number - b.number);
    const time = new Date().toISOString();
    saveFile(`closes-${time.slice(0, 19).replaceAll(':', '-')}.json`, {
      closespan: 1,
      exported: time,
      closes,
      outages: outages.map(({ number, span }) => ({ number, span })),
      ...counts,
    });
  });
  byId('import').addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    const [chosen] = input.files ?? [];
    if (chosen) void read(chosen);
    // So that the same file can be chosen again.
    input.value = '';
  });
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    const [dropped] = event.dataTransfer?.files ?? [];
    if (dropped) void read(dropped);
  });
  byId('problem-close').addEventListener('click', () => {
    problem.hidden = true;
    byId('import').focus();
  });

  async function read(file: File): Promise<void> {
    problem.hidden = true;
    try {
      onRead(file.name, await readFile(file));
    } catch (error) {
      const message = error instanceof FileError ? error.message : 'The file cannot be read.';
      byId('problem-text').textContent = `${file.name}: ${message}`;
      problem.hidden = false;
      onError(message);
    }
  }
}
