import { expected } from '../expected.ts';
import { isCarrying } from '../record/carried-context.ts';
import type { Preset, PresetDefinition } from './preset.ts';

/**
 * Makes a preset for the option `presets`: close codes of a protocol, which apply only to its connections.
 * @param definition the close codes, and the subprotocols and URLs by which a connection speaks the protocol
 * @throws TypeError for a wrong definition
 * @example definePreset({ urls: /\/game$/, closeCodes: { 4001: { name: 'Kicked', abnormal: false } } })
 */
export function definePreset(definition: PresetDefinition): Preset {
  const { closeCodes, subprotocols = [], urls } = Object(definition) as PresetDefinition;
  if (Object(closeCodes) !== closeCodes)
    throw expected('closeCodes', '{ name, abnormal } by code', closeCodes);
  if (!Array.isArray(subprotocols)) throw expected('subprotocols', 'an array of strings', subprotocols);
  if (urls && !(urls instanceof RegExp)) throw expected('urls', 'a RegExp', urls);

  function applies(url: string, subprotocol: string | undefined): boolean {
    if (subprotocol && !isCarrying(subprotocol)) return subprotocols.includes(subprotocol);
    const plain = url.replace(/[?#].*/s, '').replace(/\/\/[^/]*@/, '//');
    // Not `test`: with an expression that is global, `test` goes on from the last match.
    return urls !== undefined && plain.search(urls) >= 0;
  }

  return {
    ...definition,
    meaningOf: (code, url, subprotocol) =>
      Object.hasOwn(closeCodes, code) && applies(url, subprotocol) ? closeCodes[code] : undefined,
  };
}
