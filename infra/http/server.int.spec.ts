import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startServer } from './server.ts';

/** What a server answers to bytes that no HTTP client would send. */
const sendRaw = async (port: number, bytes: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += String(chunk);
  });
  socket.end(bytes);
  await once(socket, 'close');
  return answer;
};

describe('a server', () => {
  it('answers what is no HTTP with a problem', async () => {
    const server = await startServer((_request, response) => void response.end('ok'), '127.0.0.1', 0);
    try {
      expect(await sendRaw(server.port, 'hello\r\n\r\n')).toMatch(
        /^HTTP\/1.1 400 [\s\S]*problem\+json[\s\S]*BAD_REQUEST/,
      );
      const long = await sendRaw(server.port, `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
      expect(long).toMatch(/^HTTP\/1.1 431 /);
      expect(await (await fetch(server.url)).text()).toBe('ok');
    } finally {
      await server.close(100);
    }
  });

  it('finishes what is under way before it closes, and takes nothing new', async () => {
    let finish = (): void => {};
    const server = await startServer(
      (_request, response) => {
        finish = () => void response.end('done');
      },
      '127.0.0.1',
      0,
    );
    const underWay = fetch(server.url);
    await once(server.server, 'request');
    const closing = server.close(5_000);
    await expect(fetch(server.url)).rejects.toThrow();
    finish();
    expect(await (await underWay).text()).toBe('done');
    await closing;
  });

  it('answers a kept-alive connection once more while it closes, and tells it to end', async () => {
    const server = await startServer((_request, response) => void response.end('ok'), '127.0.0.1', 0);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async (): Promise<string | undefined> => {
      const [answer] = (await once(request(server.url, { agent }).end(), 'response')) as [IncomingMessage];
      await once(answer.resume(), 'end');
      return answer.headers.connection;
    };
    expect(await ask()).toBe('keep-alive');
    const closing = server.close(5_000);
    expect(await ask()).toBe('close');
    await closing;
    await expect(ask()).rejects.toThrow('ECONNREFUSED');
    agent.destroy();
  });

  it('cuts off what takes longer than the grace', async () => {
    const server = await startServer(() => {}, '127.0.0.1', 0);
    const never = fetch(server.url);
    await once(server.server, 'request');
    const cutOff = expect(never).rejects.toThrow();
    await server.close(20);
    await cutOff;
  });

  it('says which port is taken', async () => {
    const server = await startServer(() => {}, '127.0.0.1', 0);
    await expect(startServer(() => {}, '127.0.0.1', server.port)).rejects.toThrow(String(server.port));
    await server.close(0);
  });
});
