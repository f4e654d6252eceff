import type { Recorder } from '@closespan/core/platform';
import { loadOptionParts } from './lazy-option-parts.ts';

/**
 * Loads the code of the app's hooks, and adds the hooks to the settings. Loads nothing if no option is a function, and
 * neither `presets` nor `parent` is set. The promise rejects if the chunk cannot be loaded.
 */
export async function loadHooks(settings: Recorder['settings']): Promise<void> {
  const { options } = settings;
  const hasFunctions = Object.values(options).some((value) => typeof value === 'function');
  if (!hasFunctions && !options.presets && options.parent !== 'creation') return;
  const { createAppHooks } = await loadOptionParts();
  settings.hooks = createAppHooks(options);
}
