import { createReadStream, existsSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { emptyContact } from '../../../contracts/events/bookings.ts';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import { learnChances } from '../../../ml/churn/chance-model.ts';
import { CHURN_TASK } from '../../../ml/churn/churn-task.ts';
import { churnTrainer } from '../../../ml/churn/churn-trainer.ts';
import type { FeatureRow } from '../../../ml/features/encode-rows.ts';
import { learnFeatures, tableOf } from '../../../ml/features/learn-features.ts';
import { scoresOf } from '../../../ml/learning/boosted-trees.ts';
import { auc } from '../../../ml/learning/metrics.ts';
import { takeRows } from '../../../ml/learning/table.ts';
import type { Bench, Row } from '../report.ts';

const SHARED = process.env.SHARED_DIR ?? '../shared';
const TELCO = `${SHARED}/data/churn/telco_customer_churn.csv.gz`;
const RETAIL = `${SHARED}/data/churn/online_retail.csv.gz`;

/** A horizon of 91 days after the snapshot of 2011-09-09 has passed then. */
const RETAIL_AS_OF = '2011-12-09T23:59:59.999Z';
const FOLDS = 10;

type Line = Readonly<Record<string, string>>;

/** Accuracy of the churn trainer: its learner on Telco, all of it on Online Retail. */
export const churnBench: Bench = {
  name: 'churn',
  run: async () => [...(await onFile(TELCO, telco)), ...(await onFile(RETAIL, retail))],
};

const onFile = async (file: string, measure: (file: string) => Promise<Row>): Promise<readonly Row[]> => {
  if (!existsSync(file)) {
    console.log(`  skipped: ${file} is not there (set SHARED_DIR)`);
    return [];
  }
  console.log(`  with ${file}`);
  return [await measure(file)];
};

const linesOf = (file: string): AsyncIterable<Line> =>
  createReadStream(file)
    .pipe(createGunzip())
    .pipe(parse({ columns: true }));

const row = (bench: string, ours: number, peer: number, whose: string): Row => ({
  bench,
  ours: ours.toFixed(4),
  against: `${peer} (${whose})`,
  ratio: ours / peer,
  aim: `>= ${peer}`,
  met: ours >= peer,
});

const NUMBERS = ['SeniorCitizen', 'tenure', 'MonthlyCharges', 'TotalCharges'];

/** The learner of the churn trainer, with its options, on another company's columns. */
const telco = async (file: string): Promise<Row> => {
  const rows: FeatureRow[] = [];
  const target: number[] = [];
  for await (const { customerID: _, Churn, ...line } of linesOf(file)) {
    target.push(Churn === 'Yes' ? 1 : 0);
    rows.push(Object.fromEntries(Object.entries(line).map(([name, text]) => [name, telcoValue(name, text)])));
  }
  const rules = Object.keys(rows[0] ?? {}).map(
    (name) => ({ name, kind: NUMBERS.includes(name) ? 'number' : 'category', unit: '1' }) as const,
  );
  const folds = stratified(target);
  const aucs = Array.from({ length: FOLDS }, (_, fold) => {
    const all = [...rows.keys()];
    const train = all.filter((at) => folds[at] !== fold);
    const test = all.filter((at) => folds[at] === fold);
    const features = learnFeatures(
      rules,
      train.map((at) => rows[at] ?? {}),
    );
    const table = tableOf(features, rows);
    const of = (some: readonly number[]): number[] => some.map((at) => target[at] ?? 0);
    const { trees } = learnChances(takeRows(table, train), of(train), CHURN_TASK.boosting);
    return auc(scoresOf(trees, takeRows(table, test)), of(test));
  });
  const mean = aucs.reduce((sum, one) => sum + one, 0) / FOLDS;
  return row(`churn AUC, telco_customer_churn, ${FOLDS}-fold stratified`, mean, 0.8477, 'LightGBM');
};

const telcoValue = (name: string, text: string): string | number | null => {
  if (!NUMBERS.includes(name)) return text;
  return text.trim() === '' ? null : Number(text);
};

/** Fold of each row: of either class, one row in ten. */
const stratified = (target: readonly number[]): readonly number[] => {
  const seen = [0, 0];
  return target.map((outcome) => {
    const count = seen[outcome] ?? 0;
    seen[outcome] = count + 1;
    return count % FOLDS;
  });
};

/** Every invoice as a booking that is placed and confirmed, through the trainer of the product. */
const retail = async (file: string): Promise<Row> => {
  const collector = churnTrainer.collector({ tenant: 'bench', asOf: RETAIL_AS_OF });
  for (const event of await invoiceEvents(file)) collector.add(event);
  const { manifest, holdOut } = await churnTrainer.train(collector.finish(), { version: '1.0.0' });
  const where = `online_retail, nothing bought in 91 days after 2011-09-09 (${holdOut.rows} customers), snapshots 04-09, 05-09, 06-09 train`;
  return row(`churn AUC, ${where}`, manifest.metrics.auc ?? Number.NaN, 0.745, 'logistic regression on log RFM');
};

interface Invoice {
  readonly customer: string;
  readonly at: string;
  readonly lines: { readonly quantity: number; readonly cents: number }[];
}

const invoiceEvents = async (file: string): Promise<readonly RecordedEvent[]> => {
  const invoices = new Map<string, Invoice>();
  for await (const { InvoiceNo: id = '', CustomerID: customer = '', InvoiceDate, Quantity, UnitPrice } of linesOf(
    file,
  )) {
    const quantity = Number(Quantity);
    if (customer === '' || id.startsWith('C') || quantity <= 0) continue;
    const invoice = invoices.get(id) ?? { customer, at: `${InvoiceDate}.000Z`, lines: [] };
    invoice.lines.push({ quantity, cents: Math.round(quantity * Number(UnitPrice) * 100) });
    invoices.set(id, invoice);
  }
  return [...invoices].flatMap(([id, invoice]) => bookingOf(id, invoice));
};

const bookingOf = (id: string, { customer, at, lines }: Invoice): readonly RecordedEvent[] => {
  const contact = { ...emptyContact, emailAddress: `${customer}@example.com` };
  const data = {
    bookingId: id,
    testMode: false,
    channel: 'shop',
    productId: 'basket',
    pricing: { retail: lines.reduce((sum, { cents }) => sum + cents, 0) },
    unitItems: lines.map(({ quantity }) => ({ paxCount: quantity })),
    contact,
  };
  return ['booking.placed.v1', 'booking.confirmed.v1'].map((type, revision) => ({
    id: `${id}-${revision}`,
    type,
    time: at,
    tenant: 'bench',
    actor: 'system:bench',
    correlationId: id,
    causationId: id,
    stream: `booking-${id}`,
    revision,
    position: 0,
    recordedAt: at,
    data,
  }));
};
