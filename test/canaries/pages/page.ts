import { instrumentWebSockets } from '@closespan/browser';
import type { Secrets } from '../../helpers/canaries.ts';
import { type Plan, plantInPage, type Report } from '../plant-in-page.ts';

declare global {
  interface Window {
    plant(plan: Plan): Promise<Report & { disk: string }>;
    plantInWorker(plan: Plan): Promise<Report & { disk: string }>;
  }
}

window.plant = async (plan) => {
  const report = await plantInPage(instrumentWebSockets, plan, plantInDocument);
  return { ...report, disk: await readDisk() };
};

window.plantInWorker = async (plan) => {
  const worker = new Worker(`/worker.js?token=${plan.secrets.location}`);
  const report = await new Promise<Report>((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage(plan);
  });
  worker.terminate();
  return { ...report, disk: await readDisk() };
};

function plantInDocument(secrets: Secrets): void {
  document.title = secrets.title;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every engine.
  document.cookie = `session=${secrets.pageCookie}`;
  localStorage.setItem('session', secrets.storage);
  sessionStorage.setItem('session', secrets.storage);
  // The test made the page's address of them.
  if (!location.href.includes(secrets.location) || !document.referrer.includes(secrets.referrer)) {
    throw new Error('The page has another address');
  }
}

/** All that IndexedDB holds: names, keys and values. */
async function readDisk(): Promise<string> {
  const names = (await indexedDB.databases()).map(({ name = '' }) => name);
  const contents = await Promise.all(names.map(readDatabase));
  return JSON.stringify([names, contents]);
}

async function readDatabase(name: string): Promise<unknown> {
  const database = await settled(indexedDB.open(name));
  const stores = [...database.objectStoreNames];
  const contents: unknown[] = [stores];
  for (const store of stores) {
    const objects = database.transaction(store).objectStore(store);
    contents.push(await settled(objects.getAllKeys()));
    contents.push(await settled(database.transaction(store).objectStore(store).getAll()));
  }
  database.close();
  return contents;
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
