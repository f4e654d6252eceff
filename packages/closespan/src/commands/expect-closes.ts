import type { Command } from '../command-line/command.ts';

export const expectCloses: Command = { usage: [], run: async () => 0 };
