import { TONES } from './close-tone.ts';
import type { Paint } from './paint.ts';

/** Addresses that the first lines of a receiver name. */
export interface BannerAddresses {
  /** Base address of the receiver. */
  readonly url: string;
  /** Address of the page. */
  readonly page: string;
  /** Whether apps with default settings send to the receiver. */
  readonly isDefault: boolean;
  /** Whether other machines reach the receiver. */
  readonly isOpen: boolean;
}

/** Returns the first lines of a receiver: where it listens, where its page is, and what an app needs. */
export function watchBanner({ url, page, isDefault, isOpen }: BannerAddresses, paint: Paint): string[] {
  const row = (title: string, text: string) => `  ${paint('dim', title.padEnd(7))}${text}`;
  const marks = Object.values(TONES).map(({ mark, style, meaning }) => `${paint(style, mark)} ${meaning}`);
  return [
    `${paint('bold', 'closespan')} waits for WebSocket closes at ${paint('bold', url)}  ${paint('dim', 'Ctrl-C ends it')}`,
    row('page', page),
    ...(isOpen ? [row('open', 'every machine that reaches this address can send closes, and see them')] : []),
    ...(isDefault
      ? [
          row('apps', 'call instrumentWebSockets() of @closespan/node or @closespan/browser'),
          row('', 'or run node --import @closespan/node/register app.mjs'),
        ]
      : [
          row('Node', `OTEL_EXPORTER_OTLP_ENDPOINT=${url}`),
          row('pages', `instrumentWebSockets({ otlp: { url: '${url}' } })`),
        ]),
    row('signs', marks.join('  ')),
    '',
  ];
}
