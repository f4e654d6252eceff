import type { ReceivedSpan } from './received-span.ts';

const KINDS: Readonly<Record<number, string>> = { 2: 'server', 3: 'client' };

/** A close in one line: path, kind, code, clean or not, initiator, cause, and what only some closes have. */
export function closeLine({ kind, attributes }: ReceivedSpan): string {
  const close = (name: string) => attributes[`websocket.close.${name}`];
  return [
    attributes['url.path'],
    KINDS[kind],
    close('code'),
    close('was_clean') ? 'clean' : 'unclean',
    close('initiator'),
    close('cause'),
    ...['reason', 'requested_code', 'reported_code'].map((name) => {
      const value = close(name);
      return value !== undefined ? `${name}=${value}` : undefined;
    }),
    attributes['error.type'] && `error=${attributes['error.type']}`,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}
