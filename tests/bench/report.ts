import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';

/** One measured figure, always beside the limit or the peer that ran in the same process run. */
export interface Row {
  readonly bench: string;
  readonly ours: string;
  readonly against: string;
  /** ours / against, or what the aim speaks of. */
  readonly ratio: number;
  readonly aim: string;
  readonly met: boolean;
}

export interface Bench {
  readonly name: string;
  readonly run: () => Promise<readonly Row[]>;
}

const machine = () =>
  `${cpus()[0]?.model.trim() ?? 'unknown CPU'} x ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;

/** Prints the rows as a table and keeps them as JSON under bench-results/. */
export const report = async (rows: readonly Row[]): Promise<void> => {
  console.log(`\nMachine: ${machine()}`);
  console.table(
    rows.map(({ bench, ours, against, ratio, aim, met }) => ({
      bench,
      ours,
      against,
      ratio: Number(ratio.toPrecision(3)),
      aim,
      met: met ? 'yes' : 'NO',
    })),
  );
  await mkdir('bench-results', { recursive: true });
  const file = `bench-results/${new Date().toISOString().replaceAll(':', '-')}.json`;
  await writeFile(file, JSON.stringify({ machine: machine(), at: new Date().toISOString(), rows }, null, 2));
  console.log(`written to ${file}`);
};

/** The value below which a share of the samples lies. @param share 0..1 */
export const percentile = (samples: readonly number[], share: number): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};
