import { durationText } from '@closespan/core/explain';
import { byId, element } from '../dom/element.ts';
import { type Connection, closesOf, leadingClose, type Neighbours } from '../model/connections.ts';
import { clockText } from '../model/plain-text.ts';
import { attributeTable, resourceTable } from './attribute-table.ts';
import { docLink, endSection } from './end-section.ts';

/** View of one connection. */
export interface CloseView {
  /** Shows a connection. */
  show(connection: Connection, neighbours: Neighbours): void;
  hide(): void;
  focus(): void;
}

/** Creates the view. `onOpen` gets the connection before or after, when the user asks for that one. */
export function closeView(onOpen: (connection: Connection) => void, onHide: () => void): CloseView {
  const panel = byId('close-view');
  panel.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    onHide();
  });

  function show(connection: Connection, { before, after }: Neighbours): void {
    const close = leadingClose(connection);
    const { path, host, url, id, lifetime, span } = close;
    const back = element('button', { type: 'button', class: 'icon', 'aria-label': 'Close this view' }, '×');
    back.addEventListener('click', onHide);
    const facts = [
      `Closed at ${clockText(span.endTime)}`,
      lifetime === undefined ? 'never open' : `open for ${durationText(lifetime)}`,
    ].join(', ');
    const chain = [chainButton('← Connection before', before), chainButton('Connection after →', after)];
    // The end that says most is the first.
    const closes = closesOf(connection).sort((a, b) => Number(b === close) - Number(a === close));
    panel.replaceChildren(
      element(
        'header',
        {},
        element(
          'h2',
          { id: 'close-title', tabindex: -1 },
          element('bdi', {}, path || host || 'A connection'),
        ),
        back,
        element('p', { class: 'quiet' }, facts),
        url ? element('p', { class: 'mono' }, element('bdi', {}, url)) : undefined,
        id ? element('p', { class: 'mono quiet' }, 'id ', element('bdi', {}, id)) : undefined,
        before || after ? element('p', { class: 'chain' }, ...chain) : undefined,
      ),
      ...closes.map((end) => endSection(end, end.side === 'client' ? 'Client' : 'Server')),
      closes.length === 1
        ? element(
            'p',
            { class: 'quiet note' },
            `The ${close.side === 'client' ? 'server' : 'client'} has sent no record with this id. `,
            close.kind !== 'unopened' && docLink(close, 'telemetry.md#carriers', 'How both ends share an id'),
          )
        : '',
      attributeTable(closesOf(connection)),
      resourceTable(closesOf(connection)),
    );
    panel.hidden = false;
    panel.scrollTop = 0;
    document.body.classList.add('with-close');
  }

  function chainButton(text: string, connection: Connection | undefined): Node | undefined {
    if (!connection) return undefined;
    const button = element('button', { type: 'button' }, text);
    button.addEventListener('click', () => onOpen(connection));
    return button;
  }

  return {
    show,
    hide() {
      panel.hidden = true;
      panel.replaceChildren();
      document.body.classList.remove('with-close');
    },
    focus: () => byId('close-title').focus(),
  };
}
