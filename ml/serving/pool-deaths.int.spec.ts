import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { processFacts } from '../../infra/processes/process-identity.ts';
import { linear, slow } from '../../tests/ml/served-models.ts';
import { ask, features, openServingStage, productsFor, type ServingStage } from '../../tests/ml/serving-stage.ts';
import { ModelUnavailableError } from './model-client.ts';

/** Products that take `slow` several seconds on any machine: 540 billion floating point operations. */
const HANGS = 1_000;

describe('the process of the models', () => {
  let stage: ServingStage;
  afterEach(() => stage.close());

  const price = (change: Parameters<typeof ask>[2] = {}) =>
    stage.client.predict(ask('price', features([1, 1]), change));
  const pid = (): number => {
    const { pid: number } = stage.client.pool();
    if (number === undefined) throw new Error('there is no process');
    return number;
  };
  const live = async (name: string, model: Parameters<ServingStage['models']['add']>[2]) =>
    stage.models.set(name, { live: await stage.models.add(name, '1.0.0', model) });
  const unavailable = (outcome: PromiseSettledResult<unknown>): boolean =>
    outcome.status === 'rejected' && outcome.reason instanceof ModelUnavailableError;

  it('killed under load fails only what it had, refuses at once while it is away, and answers again', async () => {
    stage = await openServingStage();
    await live('price', linear(2));
    await price();
    const before = pid();
    const outcomes: PromiseSettledResult<unknown>[] = [];
    const client = async (): Promise<void> => {
      for (let request = 0; request < 200; request++) {
        const [outcome] = await Promise.allSettled([price()]);
        outcomes.push(outcome as PromiseSettledResult<unknown>);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    const load = Promise.all(Array.from({ length: 8 }, client));
    await expect.poll(() => outcomes.length).toBeGreaterThan(100);
    process.kill(before, 'SIGKILL');
    await expect.poll(() => stage.client.pool().circuit, { timeout: 5_000, interval: 1 }).toBe('open');
    const startedAt = performance.now();
    expect(unavailable((await Promise.allSettled([price()]))[0])).toBe(true);
    const refusedMs = performance.now() - startedAt;
    await load;
    await expect.poll(() => stage.client.pool().circuit, { timeout: 15_000 }).not.toBe('open');
    const restartMs = performance.now() - startedAt;
    expect((await price()).outputs.score?.data).toEqual(Float32Array.of(3));
    expect(stage.client.pool().circuit).toBe('closed');
    expect(pid()).not.toBe(before);
    expect(outcomes.filter(({ status }) => status === 'rejected').every(unavailable)).toBe(true);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(100);
    expect(refusedMs).toBeLessThan(restartMs / 2);
    expect(stage.warnings).toHaveLength(1);
    expect(stage.warnings[0]).toContain('it was ended by SIGKILL');
  });

  it('runs once more what only waited in it when it died', async () => {
    stage = await openServingStage({}, 1);
    await live('slow', slow());
    await live('price', linear(2));
    await price();
    const products = await productsFor(stage.client, 500);
    const running = stage.client.predict(ask('slow', features([products, 0])));
    const refused = expect(running).rejects.toThrow('the process of the models died');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const waiting = price();
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.kill(pid(), 'SIGKILL');
    await refused;
    expect((await waiting).outputs.score?.data).toEqual(Float32Array.of(3));
  });

  it('is killed with the model that hangs in it; that one is barred after its strikes, until its stages change', {
    timeout: 60_000,
  }, async () => {
    stage = await openServingStage({ runMs: 1_000, strikes: 2, restartMs: 10 }, 2);
    await live('slow', slow());
    await live('price', linear(2));
    await price();
    const hang = async () => {
      const [outcome] = await Promise.allSettled([stage.client.predict(ask('slow', features([HANGS, 0])))]);
      return outcome.status === 'rejected' ? String(outcome.reason) : 'answered';
    };
    const answersAgain = () =>
      expect.poll(async () => (await Promise.allSettled([price()]))[0].status, { timeout: 15_000 }).toBe('fulfilled');
    for (let strike = 0; strike < 2; strike++) {
      expect(await hang()).toContain('the process of the models died: a model has run for more than 1000 ms');
      await answersAgain();
    }
    expect(await hang()).toContain(
      'slow 1.0.0 has killed the process of the models and is barred until its stages change',
    );
    expect(stage.client.figures()).toContainEqual(expect.objectContaining({ model: 'slow', errors: 2 }));
    expect(stage.client.figures()).toContainEqual(expect.objectContaining({ model: 'price', errors: 0 }));
    expect(stage.warnings).toHaveLength(2);

    stage.models.set('slow', {});
    expect((await stage.client.predict(ask('slow', features([1, 0])))).version).toBe('1.0.0');
  });

  it('that answers nothing though it runs nothing is killed too', async () => {
    stage = await openServingStage({ runMs: 200, silenceMs: 300 });
    await live('price', linear(2));
    await price();
    process.kill(pid(), 'SIGSTOP');
    const [outcome] = await Promise.allSettled([price({ deadlineMs: 60_000 })]);
    // It is run again once: nobody knows what it would have done.
    expect(outcome).toMatchObject({ status: 'fulfilled' });
    expect(stage.warnings[0]).toContain('it answers nothing');
  });

  it('waits longer before each restart in a row, and tries itself with one batch before all come', async () => {
    stage = await openServingStage({ restartMs: 200 });
    await live('price', linear(2));
    await price();
    process.kill(pid(), 'SIGKILL');
    await expect.poll(() => stage.client.pool().circuit, { timeout: 15_000 }).toBe('half-open');
    process.kill(pid(), 'SIGKILL');
    await expect.poll(() => stage.warnings.length, { timeout: 15_000 }).toBe(2);
    expect(stage.warnings.map((warning) => /in (\d+) ms/.exec(warning)?.[1])).toEqual(['0', '200']);
    await expect.poll(() => stage.client.pool().circuit, { timeout: 15_000 }).toBe('half-open');
    await Promise.all(Array.from({ length: 20 }, () => price()));
    expect(stage.client.pool().circuit).toBe('closed');
  });

  it('ends when it is closed', async () => {
    stage = await openServingStage();
    await live('price', linear(2));
    await price();
    const number = pid();
    await stage.client.close();
    expect(() => process.kill(number, 0)).toThrow('ESRCH');
  });

  it('ends with the process that started it, however that ends', async () => {
    stage = await openServingStage();
    const program = fileURLToPath(new URL('../../tests/ml/predicting-process.ts', import.meta.url));
    const parent = fork(program, [], { execArgv: ['--import', 'tsx'] });
    const [{ pid: number }] = (await once(parent, 'message')) as [{ readonly pid: number }];
    expect(await processFacts(number)).toBeDefined();
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await expect.poll(() => processFacts(number), { timeout: 10_000 }).toBeUndefined();
  });
});
