import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scoresOf } from '../../../../ml/learning/boosted-trees.ts';
import { boost } from '../../../../ml/learning/boosting.ts';
import { auc } from '../../../../ml/learning/metrics.ts';
import { logistic } from '../../../../ml/learning/objectives.ts';
import type { Table } from '../../../../ml/learning/table.ts';
import type { PeerMeta } from './booster-race.ts';

// What train-lightgbm.py does, by the platform's own booster, in a process of its own all the same.
const folder = process.argv[2] ?? '.';
const { columns, boosting } = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8')) as PeerMeta;

const read = (name: string): Float32Array => {
  const bytes = readFileSync(join(folder, `${name}.f32`));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};
const tableOf = (data: Float32Array): Table => {
  const rows = data.length / columns.length;
  return {
    rows,
    columns: columns.map((column, at) => ({
      ...column,
      values: Float32Array.from({ length: rows }, (_, row) => data[row * columns.length + at] ?? Number.NaN),
    })),
  };
};

const table = tableOf(read('training'));
const target = read('training-target');
const startedAt = performance.now();
const model = boost(table, target, { ...boosting, objective: logistic });
const seconds = (performance.now() - startedAt) / 1_000;
// Node gives maxRSS in kibibytes.
const megabytes = process.resourceUsage().maxRSS / 1_024;
console.log(
  JSON.stringify({ seconds, megabytes, auc: auc(scoresOf(model, tableOf(read('held-out'))), read('held-out-target')) }),
);
