import { type ChildProcess, spawn } from 'node:child_process';
import autocannon from 'autocannon';

export interface Load {
  /** Answers with a 2xx status, a second. */
  readonly perSecond: number;
  readonly failed: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/**
 * Sends the same requests over and over on 64 connections for some seconds, after one second that is not counted.
 * @param amountPerSecond holds the rate there; left out: as fast as it goes.
 */
export const sendLoad = async (
  origin: string,
  requests: readonly autocannon.Request[],
  seconds: number,
  amountPerSecond?: number,
): Promise<Load> => {
  const send = (duration: number) =>
    autocannon({
      url: origin,
      connections: 64,
      duration,
      requests: [...requests],
      ...(amountPerSecond === undefined ? {} : { overallRate: amountPerSecond }),
    });
  await send(1);
  const result = await send(seconds);
  return {
    perSecond: result['2xx'] / result.duration,
    failed: result.non2xx + result.errors,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
};

/** Runs a peer's server from tests/bench/peers until `use` is done with it. */
export const withPeer = async <R>(
  script: string,
  args: readonly string[],
  origin: string,
  use: () => Promise<R>,
): Promise<R> => {
  const child: ChildProcess = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    await listening(origin, child);
    return await use();
  } finally {
    child.kill();
  }
};

const listening = async (origin: string, child: ChildProcess): Promise<void> => {
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`the peer ended with ${child.exitCode}`);
    const answered = await fetch(origin).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the peer did not answer within 10 s');
};
