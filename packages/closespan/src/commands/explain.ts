import type { Command } from '../command-line/command.ts';

export const explain: Command = { usage: [], run: async () => 0 };
