import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const portOf = async (server: Server | HttpServer): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

describe('a link to a server that says again what it hears', () => {
  let server: Server;
  let proxy: TcpProxy;
  const sockets = new Set<Socket>();
  beforeEach(async () => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.pipe(socket);
    });
    proxy = await startTcpProxy({ host: '127.0.0.1', port: await portOf(server) });
  });
  afterEach(async () => {
    await proxy.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  const dial = async () => {
    const socket = connect(proxy.port, '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk) => (heard += String(chunk)));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return { socket, heard: () => heard };
  };
  const until = async (holds: () => boolean) => {
    for (const end = Date.now() + 2_000; !holds() && Date.now() < end; ) await pause(5);
    expect(holds()).toBe(true);
  };

  it('passes all bytes on in their order', async () => {
    const { socket, heard } = await dial();
    const said = Array.from({ length: 20_000 }, (_, at) => `${at},`).join('');
    socket.write(said);
    await until(() => heard().length === said.length);
    expect(heard()).toBe(said);
    expect(proxy.connections).toBe(1);
  });

  it('is slower by what was asked, each way, and keeps the order', async () => {
    const { socket, heard } = await dial();
    proxy.slow({ delayMs: 60 });
    const began = performance.now();
    socket.write('a');
    await until(() => heard() === 'a');
    expect(performance.now() - began).toBeGreaterThan(115);
  });

  it('passes nothing while it is silent, and everything after', async () => {
    const { socket, heard } = await dial();
    proxy.stall();
    socket.write('held');
    await pause(60);
    expect(heard()).toBe('');
    proxy.heal();
    await until(() => heard() === 'held');
  });

  it('is cut: what is open ends, and nothing opens until it heals by itself', async () => {
    const { socket } = await dial();
    const ended = once(socket, 'close');
    proxy.cut(80);
    await ended;
    const early = await dial();
    await once(early.socket, 'close');
    await pause(100);
    const { socket: later, heard } = await dial();
    later.write('back');
    await until(() => heard() === 'back');
  });
});

it('answers a share of the requests 429, as Elasticsearch does, and passes the others on', async () => {
  const server = createHttpServer((asked, answer) => asked.pipe(answer));
  const proxy = await startTcpProxy({ host: '127.0.0.1', port: await portOf(server) });
  const ask = async () => {
    const answer = await fetch(`http://127.0.0.1:${proxy.port}/_bulk`, { method: 'POST', body: 'said' });
    return [answer.status, (await answer.text()).slice(0, 4)];
  };
  proxy.answer429(0.5);
  expect([await ask(), await ask()].toSorted()).toEqual([
    [200, 'said'],
    [429, '{"er'],
  ]);
  proxy.heal();
  // Its kept connections were ended; the client hears of that first.
  await pause(50);
  expect(await ask()).toEqual([200, 'said']);
  await proxy.close();
  server.close();
});
