/** Outcome of each test of one run. A test's name is unique within its suite. */
export type Outcomes = ReadonlyMap<string, string>;

/** Test suite of another project, which runs on this machine. */
export interface PreparedSuite {
  readonly version: string;
  /** Place that the tests came from, as a phrase for a table. */
  readonly source: string;
  /** Runs all tests, with further environment variables for the program that closespan may observe. */
  run(env: Readonly<Record<string, string>>): Promise<Outcomes>;
}

/** Test suite of another project. */
export interface Suite {
  readonly name: string;
  /** Whether tests open WebSockets, so that a run without a recorded close is a failure. @defaultValue true */
  readonly opensWebSockets?: boolean;
  /**
   * Fetches and installs the suite into an empty folder.
   * @param sources folder with checkouts, each named as its npm package; `undefined` if only registries are asked
   * @throws NotAvailable if this machine cannot get the suite
   */
  prepare(folder: string, sources: string | undefined): Promise<PreparedSuite>;
}

/** Says why a machine cannot run a suite. */
export class NotAvailable extends Error {}

/** Collects outcomes under unique names: a name that comes again gets a number. */
export class OutcomeList {
  readonly outcomes: Map<string, string> = new Map();

  add(name: string, outcome: string): void {
    let unique = name;
    for (let count = 2; this.outcomes.has(unique); count++) unique = `${name} #${count}`;
    this.outcomes.set(unique, outcome);
  }
}
