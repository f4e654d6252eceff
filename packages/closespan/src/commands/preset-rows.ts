import { describeCloseCode } from '@closespan/core';
import * as presets from '@closespan/core/presets';
import { UsageError } from '../command-line/command.ts';
import { type CodeRow, senderOf } from '../terminal/code-table.ts';

/** Presets by their names on the command line, such as `graphql-ws`. */
const PRESETS: ReadonlyMap<string, presets.Preset> = new Map(
  Object.entries(presets).flatMap(([name, preset]) =>
    typeof preset === 'object' ? [[dashed(name), preset] as const] : [],
  ),
);

/** Names of the presets, such as `graphql-ws`. */
export const PRESET_NAMES: readonly string[] = [...PRESETS.keys()];

/**
 * Returns the close codes of presets.
 * @param names names such as `graphql-ws` or `graphqlWs`
 * @throws UsageError for an unknown name
 */
export function presetRows(names: readonly string[]): CodeRow[] {
  return names.flatMap((name) => {
    const preset = PRESETS.get(dashed(name));
    if (!preset)
      throw new UsageError(`Expected \`--preset\` to be one of ${PRESET_NAMES.join(', ')}, got \`${name}\``);
    return Object.entries(preset.closeCodes).map(([code, meaning]): CodeRow => {
      const known = describeCloseCode(Number(code), preset.closeCodes);
      return {
        code,
        name: known.name,
        category: meaning.abnormal ? 'abnormal' : 'normal',
        meaning: '',
        sender: senderOf(Number(code)),
        preset: dashed(name),
      };
    });
  });
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
