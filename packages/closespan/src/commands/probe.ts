import type { Command } from '../command-line/command.ts';

export const probe: Command = { usage: [], run: async () => 0 };
