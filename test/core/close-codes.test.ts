import { describeCloseCode } from '@closespan/core';
import { describe, expect, it } from 'vitest';

describe('describeCloseCode', () => {
  it.each([
    { code: 0, name: 'Reserved, not used', category: 'reserved', sendable: false, closable: false },
    { code: 999, name: 'Reserved, not used', category: 'reserved', sendable: false, closable: false },
    { code: 1000, name: 'Normal Closure', category: 'normal', sendable: true, closable: true },
    { code: 1001, name: 'Going Away', category: 'normal', sendable: true, closable: false },
    { code: 1002, name: 'Protocol error', category: 'protocol', sendable: true, closable: false },
    { code: 1003, name: 'Unsupported Data', category: 'protocol', sendable: true, closable: false },
    { code: 1004, name: 'Reserved', category: 'reserved', sendable: false, closable: false },
    { code: 1005, name: 'No Status Rcvd', category: 'normal', sendable: false, closable: false },
    { code: 1006, name: 'Abnormal Closure', category: 'lost', sendable: false, closable: false },
    { code: 1007, name: 'Invalid frame payload data', category: 'protocol', sendable: true, closable: false },
    { code: 1008, name: 'Policy Violation', category: 'policy', sendable: true, closable: false },
    { code: 1009, name: 'Message Too Big', category: 'protocol', sendable: true, closable: false },
    { code: 1010, name: 'Mandatory Ext.', category: 'protocol', sendable: true, closable: false },
    { code: 1011, name: 'Internal Error', category: 'internal', sendable: true, closable: false },
    { code: 1012, name: 'Service Restart', category: 'transient', sendable: true, closable: false },
    { code: 1013, name: 'Try Again Later', category: 'transient', sendable: true, closable: false },
    { code: 1014, name: 'Bad Gateway', category: 'transient', sendable: true, closable: false },
    { code: 1015, name: 'TLS handshake', category: 'lost', sendable: false, closable: false },
    {
      code: 1016,
      name: 'Reserved for future revisions of the standard',
      category: 'reserved',
      sendable: false,
      closable: false,
    },
    {
      code: 1999,
      name: 'Reserved for future revisions of the standard',
      category: 'reserved',
      sendable: false,
      closable: false,
    },
    { code: 2000, name: 'Reserved for extensions', category: 'reserved', sendable: false, closable: false },
    { code: 2999, name: 'Reserved for extensions', category: 'reserved', sendable: false, closable: false },
    { code: 3000, name: 'Unauthorized', category: 'policy', sendable: true, closable: true },
    { code: 3001, name: 'Registered for libraries', category: 'library', sendable: true, closable: true },
    { code: 3003, name: 'Forbidden', category: 'policy', sendable: true, closable: true },
    { code: 3008, name: 'Timeout', category: 'policy', sendable: true, closable: true },
    { code: 3999, name: 'Registered for libraries', category: 'library', sendable: true, closable: true },
    { code: 4000, name: 'Private use', category: 'application', sendable: true, closable: true },
    { code: 4999, name: 'Private use', category: 'application', sendable: true, closable: true },
    { code: 5000, name: 'Outside every range', category: 'reserved', sendable: false, closable: false },
    { code: 65535, name: 'Outside every range', category: 'reserved', sendable: false, closable: false },
    { code: -1, name: 'Reserved, not used', category: 'reserved', sendable: false, closable: false },
  ])('describes $code as $name', (row) => {
    expect(describeCloseCode(row.code)).toMatchObject(row);
  });

  it('describes every code that fits in a Close frame', () => {
    for (let code = 0; code <= 65535; code++) {
      const info = describeCloseCode(code);
      expect(info.code).toBe(code);
      expect(info.name && info.category && info.description).toBeTruthy();
      // RFC 6455 §7.4: what `close()` of a browser takes may be sent, too.
      if (info.closable) expect(info.sendable).toBe(true);
    }
  });

  it('lets the names of the user win', () => {
    const meanings = { 4401: { name: 'Session expired' }, 1006: { name: 'Gone' }, 4402: { abnormal: true } };
    expect(describeCloseCode(4401, meanings)).toMatchObject({
      name: 'Session expired',
      category: 'application',
    });
    expect(describeCloseCode(1006, meanings).name).toBe('Gone');
    expect(describeCloseCode(4402, meanings).name).toBe('Private use');
  });
});
