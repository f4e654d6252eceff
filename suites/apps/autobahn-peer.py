"""WebSocket server of Debian's python3-autobahn, which ends each connection as its path says. Prints its port.

Started by autobahn-peer-suite.ts; ends at SIGTERM.
"""
import asyncio

from autobahn.asyncio.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.types import ConnectionDeny

TEXT, CLOSE, RESERVED, PING = 1, 8, 5, 9


class Peer(WebSocketServerProtocol):
    def onConnect(self, request):
        self.ending = request.path.strip('/').split('/')
        if self.ending[0] == 'deny':
            raise ConnectionDeny(int(self.ending[1]))

    def onOpen(self):
        name, *rest = self.ending
        if name == 'close':
            # Its sendClose() refuses the codes that RFC 6455 keeps for protocols, which servers do send.
            self.sendCloseFrame(code=int(rest[0]), reasonUtf8=''.join(rest[1:]).encode() or None)
        elif name == 'close-without-code':
            self.sendClose()
        elif name == 'drop':
            self.transport.abort()
        elif name == 'end-of-stream':
            self.transport.close()
        elif name == 'fragments':
            self.sendMessage(b'in many fragments', fragmentSize=3)
            self.sendClose(1000)
        elif name == 'ping':
            self.sendPing(b'are you there')
        elif name == 'invalid-text':
            self.sendFrame(opcode=TEXT, payload=b'\xff\xfe')
        elif name == 'invalid-close-reason':
            self.sendFrame(opcode=CLOSE, payload=b'\x03\xe8\xff')
        elif name == 'invalid-close-code':
            self.sendFrame(opcode=CLOSE, payload=b'\x03\xed')
        elif name == 'one-byte-close':
            self.sendFrame(opcode=CLOSE, payload=b'\x03')
        elif name == 'reserved-opcode':
            self.sendFrame(opcode=RESERVED, payload=b'?')
        elif name == 'reserved-bits':
            self.sendFrame(opcode=TEXT, payload=b'?', rsv=7)
        elif name == 'masked-frame':
            self.sendFrame(opcode=TEXT, payload=b'?', mask=b'mask')
            # Not every client ends the connection for this.
            self.sendCloseFrame(code=1000)
        elif name == 'long-ping':
            self.sendFrame(opcode=PING, payload=b'.' * 126)

    def onPong(self, payload):
        self.sendClose(1000, payload.decode())

    def onMessage(self, payload, isBinary):
        self.sendMessage(payload, isBinary)


async def main():
    factory = WebSocketServerFactory()
    factory.protocol = Peer
    factory.setProtocolOptions(closeHandshakeTimeout=1)
    server = await asyncio.get_running_loop().create_server(factory, '127.0.0.1', 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
