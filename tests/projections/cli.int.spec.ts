import { execFile } from 'node:child_process';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allProjections } from '../../projections/all-projections.ts';
import { toEvents } from './histories.ts';
import { event, openStage, type Stage } from './running-views.ts';

const cli = fileURLToPath(new URL('../../projections/cli.ts', import.meta.url));

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

/** `npm run projections -- …args` on the stage's data, in a process of its own. */
const projections = (...args: readonly string[]): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, DATA_DIR: stage.dataDir };
    execFile(process.execPath, ['--import', 'tsx', cli, ...args], { env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code);
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });

const writeProduct = async (): Promise<number> => {
  const [created] = toEvents([{ context: 'product', number: 1, choice: 0, amount: 2 }]);
  if (created === undefined) throw new Error('no event');
  return stage.append(created.stream, created.event);
};

describe('npm run projections', () => {
  it('works on the data when no platform runs', async () => {
    await writeProduct();
    const rebuilt = await projections('rebuild', 'products');
    expect(rebuilt).toEqual({ code: 0, output: 'products is rebuilt\n' });
    expect(await stage.documents.get('products.v1-2', 'product1')).toMatchObject({ id: 'product1' });
    const list = await projections('list');
    expect(list.code).toBe(0);
    for (const { name } of allProjections) expect(list.output).toContain(`\n${name} `);
    expect(list.output).toMatch(/\nproducts +1 +1 +0 +0\.0 +0 +- +-\n/);
    expect(await projections('parked')).toEqual({ code: 0, output: 'No stream is parked.\n' });
  }, 60_000);

  it('reaches the process that runs the views', async () => {
    const runner = stage.runner(allProjections);
    await runner.start();
    await runner.liveViews.waitFor('products', await writeProduct(), 5_000);
    expect(await projections('rebuild', 'products')).toEqual({ code: 0, output: 'products is rebuilt\n' });
    expect(runner.liveViews.collection('products')).toBe('products.v1-2');
    expect((await projections('list')).output).toMatch(new RegExp(`\nproducts .* ${hostname()}:${process.pid} `));
    const broken = await stage.append(
      'departure-x',
      event('departure.closed.v1', { departureId: 'x', reason: 'storm' }),
    );
    await runner.liveViews.waitFor('departures', broken, 5_000);
    expect((await projections('parked')).output).toMatch(/departures +departure-x +0 +1 /);
    const retried = await projections('retry', 'departures', 'departure-x');
    expect(retried.code).toBe(1);
    expect(retried.output).toContain('departure-x is still parked');
    expect(await projections('discard', 'departures', 'departure-x')).toEqual({
      code: 0,
      output: 'departure-x is discarded\n',
    });
    expect((await runner.parked()).filter(({ view }) => view === 'departures')).toEqual([]);
  }, 90_000);

  it.each([
    [['mend'], 2, 'there is no command mend'],
    [['rebuild'], 2, 'rebuild takes VIEW'],
    [['retry', 'products'], 2, 'retry takes VIEW and STREAM'],
    [['rebuild', 'tales'], 1, 'there is no view tales'],
    [['discard', 'products', 'product-1'], 1, 'view products has no parked stream product-1'],
  ])(
    'refuses %j',
    async (args, code, message) => {
      const refused = await projections(...args);
      expect(refused.output).toContain(message);
      expect(refused.code).toBe(code);
    },
    40_000,
  );
});
