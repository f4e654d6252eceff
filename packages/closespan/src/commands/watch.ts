import type { Command } from '../command-line/command.ts';

export const watch: Command = { usage: [], run: async () => 0 };
