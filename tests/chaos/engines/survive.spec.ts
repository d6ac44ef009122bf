import { expect, it } from 'vitest';
import { allEngines } from '../../../infra/engines/all-engines.ts';
import { EngineUnavailableError } from '../../../infra/engines/engine.ts';
import { engineCache } from '../../../infra/engines/start-engine.ts';
import { survivalLine } from './survival-line.ts';
import { surviveFaults } from './survive.ts';

const SEED = Number(process.env.CHAOS_SEED || 20260101);

/** Why the engines can't be had on this machine; undefined: they can. @throws where REQUIRE_ENGINES says that they must be */
const missing = async (): Promise<string | undefined> => {
  try {
    for (const engine of allEngines) await engine.prepare(engineCache());
    return undefined;
  } catch (error) {
    if (!(error instanceof EngineUnavailableError) || process.env.REQUIRE_ENGINES === 'true') throw error;
    return error.message;
  }
};

const reason = await missing();
if (reason !== undefined) console.warn(`the engines are not broken on purpose here: ${reason}`);

it.runIf(reason === undefined)(
  'engines, links, roles and clocks that break lose nothing, sell no seat twice and leave views as the log says',
  { timeout: 300_000 },
  async ({ signal }) => {
    const survival = await surviveFaults({ seed: SEED, count: undefined, tell: console.log, signal });
    console.log(survivalLine(SEED, survival));
    expect(survival.survived).toBe(6);
    expect(survival.acknowledged).toBeGreaterThan(0);
  },
);
