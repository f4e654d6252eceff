import { byId } from '../dom/element.ts';
import { countText } from '../model/plain-text.ts';

/** Port that exporters of OTLP over HTTP use if nobody gives another. */
const DEFAULT_PORT = '4318';

/** Shows how to begin while there is nothing to see, with the address of this receiver. */
export function showStart(isShown: boolean, otherSpans: number): void {
  byId('start').hidden = !isShown;
  byId('content').hidden = isShown;
  byId('pause').hidden ||= isShown;
  byId('export').hidden = isShown;
  if (!isShown) return;
  const isDefault = location.port === DEFAULT_PORT;
  const url = isDefault ? '' : `, otlp: { url: '${location.origin}' }`;
  for (const name of ['browser', 'node']) {
    setText(
      `start-${name}`,
      `import { instrumentWebSockets } from '@closespan/${name}';\n\ninstrumentWebSockets({\n  serviceName: 'my-app'${url.replace(', ', ',\n  ')},\n});`,
    );
  }
  setText(
    'start-address',
    isDefault
      ? `This receiver listens at ${location.origin}, where exporters send by default. Nothing else to set.`
      : `This receiver listens at ${location.origin}. On Node, the variable OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin} does the same.`,
  );
  setText(
    'start-others',
    otherSpans > 0
      ? `${countText(otherSpans, 'other span')} arrived, so the address is right. None was a close.`
      : 'Waiting for the first close.',
  );
}

function setText(id: string, text: string): void {
  const target = byId(id);
  // A change of the same text would be read out again, and would drop a selection.
  if (target.textContent !== text) target.textContent = text;
}
