/** A browser engine that a test drives. */
export interface Engine {
  openTab(url: string): Promise<Tab>;
  close(): Promise<void>;
}

/** A tab; each method resolves when the page that it leads to is loaded, unless it says otherwise. */
export interface Tab {
  goto(url: string): Promise<unknown>;
  /** Resolves before the page that it leads to is there. */
  back(): Promise<unknown>;
  reload(): Promise<unknown>;
  close(): Promise<unknown>;
  /** Freezes the page as Chromium does with hidden tabs, and lets it go on; where the engine can be told to. */
  readonly setFrozen?: (frozen: boolean) => Promise<unknown>;
  /** Takes the network from the page, where the engine can be told to. */
  readonly setOffline?: (offline: boolean) => Promise<unknown>;
  /** The value of an expression or of the promise that it gives, once it is not undefined. */
  evaluate(expression: string): Promise<unknown>;
}

/** Resolves once an expression is true in the page of a tab, which may come and go meanwhile. */
export async function until(tab: Tab, expression: string): Promise<void> {
  while ((await tab.evaluate(expression).catch(() => false)) !== true) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
