import { timeoutSignal } from './timeout-signal.ts';

/**
 * Runs a task under a Web Lock, so that no two pages or workers of an origin run such a task at a time. A holder that
 * keeps the lock for too long is frozen or hangs, and loses the lock. Rejects if the browser grants no lock, as in a
 * sandboxed frame. The task is then not run.
 * @param patience milliseconds for which one holder may keep the lock while this page waits
 */
export async function underLock(name: string, patience: number, task: () => Promise<void>): Promise<void> {
  const { locks } = navigator;
  const holder = async () => (await locks.query()).held?.find((lock) => lock.name === name)?.clientId;
  let running: Promise<void> | undefined;
  const start = () => {
    running ??= task();
    return running;
  };
  for (let steal = false; ; ) {
    const before = await holder();
    const signal = steal ? undefined : timeoutSignal(patience);
    try {
      await locks.request(name, { __proto__: null, signal, steal } as LockOptions & object, start);
      // A fake of a test may call nobody back. A caller that asks for the next task would ask for ever.
      return start();
    } catch (error) {
      // Another page has taken the lock from this page, which was frozen.
      if (running) return running;
      if (!signal?.aborted) throw error;
    }
    // Locks are granted in turn: a holder that has let go waits behind this page.
    steal = (await holder()) === before;
  }
}
