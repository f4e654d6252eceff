import { codes } from '../commands/codes.ts';
import { expectCloses } from '../commands/expect-closes.ts';
import { explain } from '../commands/explain.ts';
import { probe } from '../commands/probe.ts';
import { watch } from '../commands/watch.ts';
import type { Command } from './command.ts';

/** The commands by name. Without a name, the program runs `watch`. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  watch,
  explain,
  codes,
  expect: expectCloses,
  probe,
};
