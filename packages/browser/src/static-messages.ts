import { countMessages } from '@closespan/core/messages';
import type { Parts } from './browser-platform.ts';

/** Provides the code that counts messages without loading code later, for workers. */
export const loadMessages: Parts['loadMessages'] = async () => ({ countMessages });
