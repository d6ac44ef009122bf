import { hash } from 'node:crypto';
import type { PredictionEvent } from '../../contracts/events/predictions.ts';
import { currencyPrecision } from '../../contracts/money.ts';
import { proposalIdOf } from '../../contracts/pricing/price-ids.ts';
import type { PredictorContext } from '../predicting/predictor.ts';
import { scoreWithReasons } from '../predicting/reasons.ts';
import { InvalidTensorError, ModelUnavailableError, PredictionTimeoutError } from '../serving/model-client.ts';
import { elasticityIn } from './elasticity.ts';
import { explainPrice } from './explain-price.ts';
import { optimisePrice } from './optimise-price.ts';
import type { PriceSubject } from './price-subject.ts';

type AskingContext = Pick<PredictorContext, 'models' | 'onWarning'>;
type Proposal = Extract<PredictionEvent, { type: 'price.proposed.v1' }>['data'];

const DEADLINE_MS = 30_000;

/**
 * What a departure or night should cost. A refusal to propose is a proposal of the price as it is, with the reason in words; so is
 * the fallback `list-price` when the model is away.
 * @param cause names the run
 */
export const proposePrice = async (
  context: AskingContext,
  tenant: string,
  cause: string,
  subject: PriceSubject,
): Promise<Proposal> => {
  const { kind, id, productId, date, current, rule } = subject;
  const about = {
    proposalId: proposalIdOf(kind, cause, id),
    subjectKind: kind,
    subjectId: id,
    productId,
    date,
    currency: rule.currency,
    current,
    model: 'price',
  };
  const asItIs = { proposed: current, lowest: current, highest: current, curve: [], autoApply: false, reasons: [] };
  const usual = await usualPrice(context, tenant, subject);
  if (usual === undefined) {
    const explanation = ['The price model is away, so no change is proposed.'];
    return {
      ...about,
      ...asItIs,
      explanation,
      version: null,
      fallback: 'list-price',
      inputsHash: hashOf(subject, null),
    };
  }
  const { version, reasons } = usual;
  const provenance = { version, fallback: null, inputsHash: hashOf(subject, version), reasons: [...reasons] };
  const { demand } = subject;
  if (demand === undefined) {
    const explanation = [
      'No change is proposed: there is neither a demand forecast nor a past sale to tell how many will come.',
    ];
    return { ...about, ...asItIs, ...provenance, explanation };
  }
  const answer = optimisePrice({
    rails: rule,
    current,
    dayBegan: subject.dayBegan,
    places: subject.places,
    doubt: [usual.elasticity.lower, usual.elasticity.upper],
    curve: {
      reference: usual.price,
      demand: demand.mean,
      deviation: demand.deviation,
      elasticity: usual.elasticity.value,
    },
  });
  if ('refused' in answer) {
    return {
      ...about,
      ...asItIs,
      ...provenance,
      explanation: [`No change is proposed: ${answer.refused} (minor units).`],
    };
  }
  const { proposed, lowest, highest, curve } = answer;
  return {
    ...about,
    proposed,
    lowest,
    highest,
    curve: curve.map(({ price, demand: sales, revenue }) => ({ price, demand: sales, revenue })),
    explanation: explainPrice(subject, answer, usual.price, usual.elasticity),
    autoApply: rule.autoApply,
    ...provenance,
  };
};

/** In minor units, of the model; of the list where the model has never seen the product. Undefined: it is away. */
const usualPrice = async (
  { models, onWarning }: AskingContext,
  tenant: string,
  { id, scope, row, rule, current }: PriceSubject,
) => {
  try {
    const { score, reasons, version, manifest } = await scoreWithReasons(models, {
      tenant,
      model: 'price',
      key: `${tenant}:${id}`,
      row,
      output: 'adr',
      priority: 'backfill',
      deadlineMs: DEADLINE_MS,
    });
    const isKnown = manifest.features?.some(
      ({ name, categories }) => name === 'subject' && categories?.includes(String(row.subject)),
    );
    const price = isKnown ? Math.round(score * 10 ** currencyPrecision(rule.currency)) : current;
    return { price, elasticity: elasticityIn(manifest, scope), reasons: isKnown ? reasons : [], version };
  } catch (error) {
    if (error instanceof InvalidTensorError)
      onWarning(`the model price of ${tenant} does not take its features`, error);
    else if (!(error instanceof ModelUnavailableError || error instanceof PredictionTimeoutError)) throw error;
    return undefined;
  }
};

const hashOf = (subject: PriceSubject, version: string | null): string =>
  hash('sha256', JSON.stringify([version, subject]), 'hex');
