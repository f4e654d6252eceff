import { ATTR_URL_PATH, ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED } from '@closespan/core';
import type { ReceivedClose } from '../closes/received-close.ts';

const SERVER_KIND = 2;
/** Most paths of each side that are kept. */
const MOST_PATHS = 100;

/**
 * Makes a function for each close that arrives, with the other end of its connection if that has arrived. The function
 * returns a text at most once: when a page and a server have both closed a connection to one path, and no end of a page
 * was ever joined. Else it returns `undefined`.
 */
export function carrierNote(): (
  close: ReceivedClose,
  other: ReceivedClose | undefined,
) => string | undefined {
  const paths = { page: new Set<string>(), server: new Set<string>() };
  let isOver = false;
  return (close, other) => {
    isOver ||= other !== undefined && (isOfPage(close) || isOfPage(other));
    const { kind, attributes } = close.span;
    const isServer = kind === SERVER_KIND;
    const path = attributes[ATTR_URL_PATH];
    if (isOver || other || typeof path !== 'string' || !(isServer || isOfPage(close))) return undefined;
    // An end that never opened may have no other end.
    if (attributes[ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED] === false) return undefined;
    const own = isServer ? paths.server : paths.page;
    isOver = (isServer ? paths.page : paths.server).has(path);
    if (own.size < MOST_PATHS) own.add(path);
    const page = close.explanation.link.replace(/causes\.md#.*$/, 'telemetry.md#carriers');
    return isOver
      ? `A page and its server have one number here if a carrier gives both one id: ${page}`
      : undefined;
  };
}

function isOfPage({ span: { resource } }: ReceivedClose): boolean {
  return resource['telemetry.sdk.language'] === 'webjs';
}
