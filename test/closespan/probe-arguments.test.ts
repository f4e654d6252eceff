import { describe, expect, it } from 'vitest';
import { readArguments } from '../../packages/closespan/src/probe/read-arguments.ts';

describe('arguments of closespan probe', () => {
  it('have defaults', () => {
    expect(readArguments(['wss://example.com/chat?token=1'])).toEqual({
      url: new URL('wss://example.com/chat?token=1'),
      headers: {},
      subprotocols: [],
      origin: undefined,
      silentFor: 600_000,
      handshakeTimeout: 30_000,
      isInsecure: false,
      isJson: false,
    });
  });

  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['1.5h', 5_400_000],
    ['90', 90_000],
    ['1500ms', 1500],
    ['24h', 86_400_000],
  ])('have a time: %s is %i ms', (text, milliseconds) => {
    expect(readArguments(['ws://h', '--for', text]).silentFor).toBe(milliseconds);
  });

  it.each(['ws', 'wss', 'http', 'https'])('have a URL of the scheme %s', (scheme) => {
    expect(readArguments([`${scheme}://h:81/x`]).url.href).toBe(`${scheme.replace('http', 'ws')}://h:81/x`);
  });

  it.each([
    [[], /Expected a URL/],
    [['example.com/chat'], /Expected a URL/],
    [['ftp://example.com'], /Expected a URL/],
    [['ws://example.com/#x'], /Expected a URL/],
    [['ws://example.com', 'ws://example.com'], /Expected one URL, got 2/],
    [['ws://h', '--for', '0'], /Expected `--for` to be a time from 1s to 24h/],
    [['ws://h', '--for', '25h'], /Expected `--for`/],
    [['ws://h', '--for', 'ever'], /Expected `--for`/],
    [['ws://h', '--for'], /'--for/],
    [['ws://h', '--json=1'], /'--json'/],
    [['ws://h', '--Authorization: s3cr3t'], /Unknown option '--Authorization'\. Expected flags are --header/],
    [['ws://h', '--header', 'Authorization s3cr3t'], /Expected --header to be 'Name: value'/],
    [['ws://h', '--header', 'A: s3cr3t\nB: c'], /HTTP allows/],
    [['ws://h', '--header', 'Sec-WebSocket-Key: s3cr3t'], /got Sec-WebSocket-Key/],
    [['ws://h', '--header', 'Authorization:', 'Bearer', 's3cr3t'], /Quote a header/],
    [['ws://h', '--subprotocol', 'a,b'], /Expected --subprotocol/],
    [['ws://h', '--subprotocol', 'a', '--subprotocol', 'a'], /Expected --subprotocol/],
    [['ws://h', '--origin', 'a\r\nb'], /Expected --origin/],
  ])('%j are refused', (args, message) => {
    const refusal = () => readArguments(args);
    expect(refusal).toThrow(message);
    expect(refusal).not.toThrow('s3cr3t');
  });
});
