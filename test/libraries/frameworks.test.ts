import 'reflect-metadata';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import fastifyWebSocket from '@fastify/websocket';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import express from 'express';
import expressWs from 'express-ws';
import Fastify from 'fastify';
import { io } from 'socket.io-client';
import { expect, it } from 'vitest';
import { recordLibrary } from '../helpers/record-library.ts';
import { connectAndClose } from '../helpers/start-ws-server.ts';

/** A server with one WebSocket, at `/chat`, that is closed with 4001 when a message comes. */
interface Chat {
  readonly port: number;
  close(): Promise<void>;
}

async function startFastify(): Promise<Chat> {
  const app = Fastify();
  await app.register(fastifyWebSocket);
  app.get('/chat', { websocket: true }, (peer) => {
    peer.on('message', () => peer.close(4001));
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
}

async function startExpress(): Promise<Chat> {
  const { app } = expressWs(express());
  app.ws('/chat', (peer) => {
    peer.on('message', () => peer.close(4001));
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

class ChatGateway {
  bye(peer: { close?(code: number): void; disconnect?(close: boolean): void }): void {
    if (peer.disconnect) peer.disconnect(true);
    else peer.close?.(4001);
  }
}
const descriptor = Object.getOwnPropertyDescriptor(ChatGateway.prototype, 'bye') as PropertyDescriptor;
SubscribeMessage('bye')(ChatGateway.prototype, 'bye', descriptor);
WebSocketGateway({ path: '/chat' })(ChatGateway);
class ChatModule {}
Module({ providers: [ChatGateway] })(ChatModule);

async function startNest(
  Adapter: new (app: INestApplication) => Parameters<INestApplication['useWebSocketAdapter']>[0],
): Promise<Chat> {
  const app = await NestFactory.create(ChatModule, { logger: false });
  app.useWebSocketAdapter(new Adapter(app));
  await app.listen(0, '127.0.0.1');
  return { port: (app.getHttpServer().address() as AddressInfo).port, close: () => app.close() };
}

it.each([
  ['@fastify/websocket', startFastify, 'bye'],
  ['express-ws', startExpress, 'bye'],
  ['a gateway of NestJS over ws', () => startNest(WsAdapter), '{"event":"bye"}'],
] as const)('records %s once at each end', async (_name, start, message) => {
  const closes = await recordLibrary(4, async () => {
    const { port, close } = await start();
    const url = `ws://127.0.0.1:${port}/chat?token=secret`;
    await connectAndClose(url, (socket) => socket.close(4000, 'from client'));
    await connectAndClose(url, (socket) => socket.send(message));
    await close();
  });
  expect(closes).toEqual([
    '/chat client 4000 clean local local_close reason=from client',
    '/chat client 4001 clean remote remote_close',
    '/chat server 4000 clean remote remote_close reason=from client',
    '/chat server 4001 clean local local_close',
  ]);
});

it('records a gateway of NestJS over socket.io once at each end', async () => {
  const closes = await recordLibrary(4, async () => {
    const { port, close } = await startNest(IoAdapter);
    for (const end of ['client', 'server']) {
      const client = io(`http://127.0.0.1:${port}`, {
        path: '/chat',
        transports: ['websocket'],
        forceNew: true,
        reconnection: false,
      });
      await new Promise<void>((resolve) => client.on('connect', resolve));
      const closed = new Promise((resolve) => client.on('disconnect', resolve));
      if (end === 'client') client.disconnect();
      else client.emit('bye');
      await closed;
    }
    await close();
  });
  expect(closes).toEqual([
    '/chat/ client 1005 clean local local_close',
    '/chat/ client 1005 clean remote remote_close',
    '/chat/ server 1005 clean local local_close',
    '/chat/ server 1005 clean remote remote_close',
  ]);
});
