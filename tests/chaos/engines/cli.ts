import { survivalLine } from './survival-line.ts';
import { surviveFaults } from './survive.ts';

/** `npm run chaos`: the long set. CHAOS_SEED repeats one, CHAOS_FAULTS says how many. */
const seed = Number(process.env.CHAOS_SEED || Date.now() % 1_000_000);
const faults = Number(process.env.CHAOS_FAULTS || 40);
if (!Number.isInteger(seed) || !Number.isInteger(faults) || faults < 1) {
  console.error('CHAOS_SEED and CHAOS_FAULTS must be whole numbers');
  process.exit(2);
}
console.log(`${faults} faults, seed ${seed}`);
const interrupted = new AbortController();
// The processes of the cluster outlive a Ctrl-C, unless they are ended.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());
try {
  console.log(
    survivalLine(seed, await surviveFaults({ seed, count: faults, tell: console.log, signal: interrupted.signal })),
  );
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
