import { ATTR_URL_PATH } from '@closespan/core';
import type { ReceivedClose } from '../closes/received-close.ts';

const SERVER_KIND = 2;
/** Most paths of each side that are kept. */
const MOST_PATHS = 100;

/**
 * Makes a function for closes whose other end is not known. It returns a text at most once: when a page and a server
 * have both closed a connection to one path. Else it returns `undefined`.
 */
export function carrierNote(): (close: ReceivedClose) => string | undefined {
  const paths = { page: new Set<unknown>(), server: new Set<unknown>() };
  let isSaid = false;
  return ({ span: { kind, resource, attributes }, explanation }) => {
    const isServer = kind === SERVER_KIND;
    if (isSaid || !(isServer || resource['telemetry.sdk.language'] === 'webjs')) return undefined;
    const path = attributes[ATTR_URL_PATH];
    const own = isServer ? paths.server : paths.page;
    isSaid = (isServer ? paths.page : paths.server).has(path);
    if (own.size < MOST_PATHS) own.add(path);
    const page = explanation.link.replace(/causes\.md#.*$/, 'telemetry.md#carriers');
    return isSaid
      ? `A page and its server have one number here if a carrier gives both one id: ${page}`
      : undefined;
  };
}
