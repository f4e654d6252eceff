import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort } from '../helpers/free-port.ts';
import { printed, startNode } from '../helpers/run-node.ts';
import { PROGRAM, probeJson, runProbe } from '../helpers/run-probe.ts';
import { selfSign } from '../helpers/self-sign.ts';
import { acceptHandshake, startProbedServer, startRawServer } from '../helpers/start-probed-server.ts';
import { INSTALLED_PROXIES, startProxy } from '../helpers/start-proxy.ts';

/** Controls, marks of direction and separators of lines, but for the ends of lines. */
const UNPRINTABLE = /[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|(?!\n)\p{Cc}/u;

type Act = (socket: Socket, head: string) => void;

/** Probes a server of bare TCP, and ends it. */
async function probeRaw(act: Act, args: readonly string[] = [], scheme = 'ws') {
  const server = await startRawServer(act);
  try {
    return await probeJson([`${scheme}://127.0.0.1:${server.port}/`, '--for', '2s', ...args]);
  } finally {
    server.close();
  }
}

const respond =
  (...lines: readonly string[]): Act =>
  (socket) =>
    socket.end(`HTTP/1.1 ${lines.join('\r\n')}\r\ncontent-length: 0\r\n\r\n`);

/** Accepts the handshake, and then writes bytes as often as the client takes them. */
const pour =
  (bytes: Buffer): Act =>
  (socket, head) => {
    acceptHandshake(socket, head);
    const write = () => {
      while (!socket.destroyed && socket.write(bytes)) {}
    };
    socket.on('drain', write);
    write();
  };

describe('closespan probe, of a handshake that fails,', () => {
  it.concurrent.each<[string, Act, object, string[]?, string?]>([
    ['401', respond('401 Unauthorized'), { cause: 'handshake_rejected', sentence: /401/, next: /token/ }],
    ['404', respond('404 Not Found'), { cause: 'handshake_rejected', sentence: /404/, next: /path/ }],
    [
      '426',
      respond('426 Upgrade Required'),
      { cause: 'handshake_rejected', sentence: /426/, next: /Upgrade/ },
    ],
    ['200', respond('200 OK'), { cause: 'handshake_rejected', sentence: /200/ }],
    [
      'a redirect',
      respond('302 Found', 'location: https://u:secret@example.com/x?t=secret'),
      { cause: 'handshake_rejected', sentence: /302/, next: /address that the redirect names/ },
    ],
    ['a reset', (socket) => socket.resetAndDestroy(), { cause: 'handshake_failed', sentence: /cut during/ }],
    ['an end', (socket) => socket.destroy(), { cause: 'handshake_failed', sentence: /ended TCP before/ }],
    [
      'no response',
      () => {},
      { cause: 'handshake_timeout', sentence: /no response came/ },
      ['--handshake-timeout', '1s'],
    ],
    [
      'one byte after the other',
      (socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nx-slow: ');
        const dripping = setInterval(() => socket.write('x'), 50);
        socket.on('close', () => clearInterval(dripping));
      },
      { cause: 'handshake_timeout', sentence: /no response came/ },
      ['--handshake-timeout', '1s'],
    ],
    [
      'the wrong accept',
      (socket) =>
        socket.write(
          'HTTP/1.1 101 x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: no\r\n\r\n',
        ),
      { cause: 'handshake_failed', sentence: /no valid handshake/, error: /Sec-WebSocket-Accept/ },
    ],
    [
      'no HTTP',
      (socket) => socket.end('\x1b]0;title\x07SSH-2.0-x\r\n'),
      { cause: 'handshake_failed', error: /Parse Error/ },
    ],
    [
      'no TLS',
      respond('400 Bad Request'),
      { cause: 'handshake_failed', sentence: /TLS failed/, next: /certificate/ },
      [],
      'wss',
    ],
  ])('explains %s', async (_what, act, expected, args, scheme) => {
    const { conclusion, silent, exitCode } = await probeRaw(act, args, scheme);
    expect(conclusion.kind).toBe('refused');
    expect(silent.end).toBe('refused');
    for (const [member, value] of Object.entries(expected)) {
      expect(silent.close, member).toHaveProperty(
        member,
        value instanceof RegExp ? expect.stringMatching(value) : value,
      );
    }
    expect(JSON.stringify(silent)).not.toMatch(/secret/);
    expect(exitCode).toBe(1);
  });

  it.concurrent('explains a port without a server, and a name without an address', async () => {
    const [refused, unknown] = await Promise.all([
      probeJson([`ws://127.0.0.1:${await freePort()}/`]),
      probeJson(['ws://name.invalid/']),
    ]);
    expect(refused.silent.close?.sentence).toContain('Nobody listens');
    expect(unknown.silent.close?.cause).toBe('handshake_failed');
  });

  it.concurrent('names the flags and the scheme with which a refused connection may open', async () => {
    const server = createServer(selfSign(), (_, response) => response.writeHead(401).end()).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const [strict, insecure, plain] = await Promise.all(
      [[`wss://${address}`], [`wss://${address}`, '--insecure'], [`ws://${address}`]].map((args) =>
        probeJson(args),
      ),
    );
    expect(strict?.conclusion.todo).toEqual(['To probe with that certificate all the same, use --insecure.']);
    expect(insecure?.conclusion.todo).toEqual([expect.stringMatching(/^To send a token.* use --header/)]);
    expect(plain?.conclusion.todo).toEqual(['If the port expects TLS, the address begins with wss://.']);
    server.close();
  });

  it.concurrent.each(INSTALLED_PROXIES.slice(0, 1))('does not trust any certificate of %s', async (name) => {
    const proxy = await startProxy(name, { target: await freePort(), idle: 1, isTls: true });
    const { silent } = await probeJson([`wss://127.0.0.1:${proxy.port}/`]);
    await proxy.crash();
    expect(silent.close?.sentence).toContain('TLS failed');
  });
});

describe('closespan probe, of a hostile server,', () => {
  it.concurrent.each<[string, Act, string, string?]>([
    ['a million messages', pour(Buffer.alloc(2 ** 16, Buffer.from([0x81, 0]))), 'flooded'],
    [
      '256 MiB',
      pour(Buffer.concat([Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 16, 0, 0]), Buffer.alloc(2 ** 20)])),
      'flooded',
    ],
    ['a million pings', pour(Buffer.alloc(2 ** 16, Buffer.from([0x89, 0]))), 'flooded'],
    [
      'a message of 8 EiB',
      pour(Buffer.from([0x82, 127, 0, 0, 0, 9, 0, 0, 0, 0])),
      'broken',
      'message_too_big',
    ],
    ['a message in endless parts', pour(Buffer.alloc(2 ** 16, Buffer.from([0x01, 0]))), 'broken'],
    ['no frames', pour(Buffer.from('hello, this is no frame at all')), 'broken', 'protocol_error'],
  ])('ends at %s', async (_what, act, kind, cause) => {
    const probed = await probeRaw(act, ['--for', '1m']);
    expect(probed.conclusion.kind).toBe(kind);
    if (cause) expect(probed.silent.close?.cause).toBe(cause);
    expect(probed).not.toHaveProperty('pinged');
    expect(probed.exitCode).toBe(1);
  });

  it.concurrent('writes nothing that changes a terminal', async () => {
    const reason = Buffer.from('\x1b[2J\u202e\u009b31m\r\n');
    const server = await startRawServer((socket, head) => {
      acceptHandshake(socket, head);
      socket.end(Buffer.concat([Buffer.from([0x88, 2 + reason.length, 1008 >> 8, 1008 & 255]), reason]));
    });
    const { stdout, stderr } = await runProbe([`ws://127.0.0.1:${server.port}/`]);
    server.close();
    expect(stdout).toContain('reason "');
    expect(stdout).not.toMatch(UNPRINTABLE);
    expect(stderr).toBe('');
  });

  it.concurrent('ends a closing that the server does not finish', async () => {
    const server = await startRawServer((socket, head) => {
      acceptHandshake(socket, head);
      // A Close frame, and TCP stays open.
      setTimeout(() => socket.write(Buffer.from([0x88, 2, 3, 233])), 1500);
      socket.on('data', () => {});
    });
    const { silent, pinged } = await probeJson([`ws://127.0.0.1:${server.port}/`, '--for', '6s']);
    server.close();
    expect(silent.close).toMatchObject({ code: 1001 });
    expect(silent.lifetime).toBeLessThan(3);
    expect(pinged?.end).toBe('cut');
  });
});

describe('closespan probe', () => {
  it.concurrent('says beforehand what it will do, and then what it found, without a secret', async () => {
    const secret = 's3cr3t';
    let request = '';
    const server = await startRawServer((socket, head) => {
      request = head;
      acceptHandshake(socket, head.replace(/^sec-websocket-protocol:.*$/im, ''));
      socket.end(Buffer.from([0x88, 2, 3, 233]));
    });
    const { stdout, stderr, exitCode } = await runProbe([
      `ws://user:${secret}@127.0.0.1:${server.port}/chat?token=${secret}`,
      ...['--header', `Authorization: Bearer ${secret}`, '--header', `X-Key:${secret}`],
      ...['--origin', 'https://example.com'],
    ]);
    const refused = await runProbe([`ws://127.0.0.1:${server.port}/`, '--subprotocol', secret]);
    server.close();
    expect(request).toMatch(/^sec-websocket-protocol: s3cr3t\r$/im);
    const lines = stdout.split('\n');
    expect(lines.slice(0, 6)).toEqual([
      `Probe of ws://127.0.0.1:${server.port}/chat, with 2 headers of yours: authorization, x-key (values are not shown), with the origin https://example.com`,
      '  1. Opens a connection, sends nothing, and waits until it is cut: for at most 10 min. Then sends one ping.',
      '  2. If it was cut or died: opens a second connection, and sends a ping each half of that time.',
      '     Waits 2.5 times as long, at most 10 min longer than that time: at most 20 min.',
      '  One connection at a time, no messages, at most 30 min in all. Ctrl-C ends it, and says what is known.',
      '',
    ]);
    expect(stdout).toMatch(/\nSilent, for at most 10 min:\n {2}cut after /);
    expect(stdout).toMatch(/\nFound:\n {2}The connection ended right after it opened/);
    expect(stdout + stderr + refused.stdout + refused.stderr).not.toContain(secret);
    expect(exitCode).toBe(1);
  });

  it.concurrent('sends the headers, the origin and the subprotocols of the user', async () => {
    let request = '';
    const server = await startRawServer((socket, head) => {
      request = head;
      respond('401 Unauthorized')(socket, head);
    });
    await runProbe([
      `wss://127.0.0.1:${server.port}/`.replace('wss', 'http'),
      ...[
        '--header',
        'Cookie: a=1',
        '--header',
        'x-two: 1',
        '--header',
        'X-Two: 2',
        '--header',
        'Host: inner',
      ],
      ...['--origin', 'https://example.com', '--subprotocol', 'chat', '--subprotocol', 'v2'],
    ]);
    server.close();
    expect(request.toLowerCase().split('\r\n')).toEqual(
      expect.arrayContaining([
        'cookie: a=1',
        'x-two: 1',
        'x-two: 2',
        'host: inner',
        'origin: https://example.com',
        'sec-websocket-protocol: chat,v2',
        'user-agent: closespan-probe',
      ]),
    );
  });

  it.concurrent.each(['SIGINT', 'SIGTERM'] as const)('says at %s what is known so far', async (signal) => {
    const server = await startProbedServer(() => {});
    const { child, end } = startNode(process.execPath, [PROGRAM, 'probe', `ws://127.0.0.1:${server.port}/`]);
    await server.opened();
    child.kill(signal);
    const { stdout, exitCode } = await end;
    server.close();
    expect(stdout).toMatch(/ended by you after/);
    expect(stdout).toMatch(
      /Found:\n {2}(Nothing had cut the silent connection within|No connection had opened)/,
    );
    expect(exitCode).toBe(1);
  });

  it.concurrent('says at SIGINT with pings what the silent connection showed', async () => {
    const server = await startProbedServer((socket) => setTimeout(() => socket.terminate(), 1500));
    const { child, end } = startNode(process.execPath, [PROGRAM, 'probe', `ws://127.0.0.1:${server.port}/`]);
    await printed(child, 'With a ping every');
    child.kill('SIGINT');
    const { stdout } = await end;
    server.close();
    expect(stdout).toMatch(
      /cuts the connection after [\d.]+ s of silence\.\n {2}Whether pings keep it is not known/,
    );
  });

  it.concurrent('ends with 2 for arguments that it does not take', async () => {
    const { exitCode, stdout, stderr } = await runProbe(['ws://h', '--header', 'Authorization s3cr3t']);
    expect(stderr).toContain("closespan: Expected --header to be 'Name: value', with a colon\n");
    expect(stderr).not.toContain('s3cr3t');
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });
});
