import { instrumentWebSockets, queryCarrier, type SocketInfo, subprotocolCarrier } from '@closespan/browser';
import { describe, expect, it } from 'vitest';

type Args = [url: unknown, protocols?: unknown];

/** Hands arguments of `new WebSocket()` to a carrier; returns the carrier's arguments, and its words on the socket. */
function carry(carrier: ReturnType<typeof queryCarrier>, ...args: Args) {
  const infos: (SocketInfo | undefined)[] = [];
  const observer = {
    observe: (_socket: object, info?: SocketInfo) => infos.push(info),
    connectionOf: () => undefined,
    noteClose: () => undefined,
    recordEnd() {},
    observed: new Map(),
    stop() {},
  };
  // Nobody listens at these addresses, and what is asked is what a real class would be given.
  class Given {
    readonly args: unknown[];
    constructor(...given: unknown[]) {
      this.args = given;
    }
  }
  const construct = carrier.carry(observer, ['/ignored']) as unknown as typeof Reflect.construct;
  const { args: given } = construct(Given, args, Given) as Given;
  return { given, infos };
}

describe('a carrier', () => {
  it.each<[string, boolean]>([
    ['wss://chat.example.com', true],
    ['wss://chat.example.com/rooms/7?a=1', true],
    ['https://chat.example.com/rooms/7', true],
    ['wss://user:pass@chat.example.com/', true],
    ['wss://a.rooms.test/chat', true],
    ['ws://chat.example.com', false],
    ['wss://chat.example.com:8443', false],
    ['wss://chat.example.com.evil.test', false],
    ['wss://evil.test/?to=wss://chat.example.com', false],
    ['wss://evil.test/?to=wss://a.rooms.test/', false],
    ['wss://chat.example.com@evil.test/', false],
    ['wss://chat.example.com/ignored', false],
    ['not a url', false],
  ])('that may carry to one origin and one expression does so for %s: %s', (url, carries) => {
    const carrier = queryCarrier({ propagateTo: ['wss://chat.example.com', /^wss:\/\/\w+\.rooms\.test\//] });
    for (const argument of URL.canParse(url) ? [url, new URL(url)] : [url]) {
      const { given, infos } = carry(carrier, argument, 'chat');
      expect(given).toHaveLength(2);
      expect(given[1]).toBe('chat');
      if (!carries) {
        expect(given[0]).toBe(argument);
        expect(infos).toEqual([]);
        continue;
      }
      expect(given[0]).toMatch(/[?&]closespan=[0-9a-f]{16}$/);
      expect(infos).toHaveLength(1);
      expect(infos[0]?.url).not.toContain('closespan');
      expect(given[0]).toContain(infos[0]?.connectionId);
    }
  });

  it('keeps a query as the app wrote it', () => {
    const carrier = queryCarrier({ propagateTo: ['wss://a.test'] });
    const [url] = carry(carrier, 'wss://a.test/x?b=%20+c&&d=%7E&closespan=0&e').given;
    expect(url).toMatch(/^wss:\/\/a\.test\/x\?b=%20\+c&&d=%7E&e&closespan=[0-9a-f]{16}$/);
  });

  it.each<[string, unknown, string[]]>([
    ['one', 'chat', ['chat']],
    ['a list', ['chat', 'json'], ['chat', 'json']],
  ])('adds a subprotocol after those of the app: %s', (_title, asked, kept) => {
    const carrier = subprotocolCarrier({ propagateTo: ['wss://a.test'] });
    const { given, infos } = carry(carrier, 'wss://a.test', asked);
    expect(given[1]).toEqual([...kept, expect.stringMatching(/^closespan\.[0-9a-f]{16}/)]);
    expect(infos).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ['none', undefined],
    ['an empty list', []],
    ['an options object, as some libraries pass it', { headers: {} }],
  ])('leaves the subprotocols alone where there are none: %s', (_title, protocols) => {
    const carrier = subprotocolCarrier({ propagateTo: ['wss://a.test'] });
    const { given, infos } = carry(carrier, 'wss://a.test', protocols);
    expect(given).toEqual(['wss://a.test', protocols]);
    expect(infos).toEqual([]);
  });

  it.each([
    [() => queryCarrier({ propagateTo: 'wss://a.test' as never }), /propagateTo/],
    [() => queryCarrier({ propagateTo: ['a.test'] }), /a\.test/],
    [() => subprotocolCarrier({ propagateTo: ['ftp://a.test'] }), /ftp/],
    [() => instrumentWebSockets({ carrier: queryCarrier as never }), /carrier/],
  ])('is a TypeError where an option is wrong: %s', (run, message) => {
    expect(run).toThrow(TypeError);
    expect(run).toThrow(message);
  });
});
