import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';
import { LOCALES } from '../../../contracts/texts.ts';
import { elasticsearch } from '../../../infra/engines/elasticsearch/elasticsearch.ts';
import { startEngine } from '../../../infra/engines/start-engine.ts';
import { ElasticsearchSearch } from '../../../infra/search/elasticsearch/elasticsearch-search.ts';
import { INDEX_SETTINGS, mappingOf } from '../../../infra/search/elasticsearch/mapping.ts';
import { searchBody } from '../../../infra/search/elasticsearch/search-body.ts';
import { completionOf } from '../../../infra/search/elasticsearch/suggest.ts';
import { EXACT, type Plan, TextQuery } from '../../../infra/search/elasticsearch/text-query.ts';
import type { IndexSchema, SearchDocument, SearchQuery } from '../../../infra/search/search.ts';
import { productSearch } from '../../../projections/catalogue/product-search.ts';
import { percentile, type Row } from '../report.ts';

const DOCUMENTS = 5_000;
const ROUNDS = 5;
const QUERIES = 200;
const PREFIX = `bench-${process.pid}-`;

/**
 * Search in Elasticsearch: our writes and queries against the bare client's of the same documents and query, in turns. Starts an
 * engine of its own, so that nobody else's work is in the figures.
 */
export const searchOnElasticsearch = async (): Promise<readonly Row[]> => {
  const dir = await mkdtemp(join(tmpdir(), 'bench-search-'));
  const engine = await startEngine(elasticsearch, { dir });
  const bare = new Client({ node: engine.url });
  const ours = new ElasticsearchSearch(`${engine.url}?indexPrefix=${PREFIX}`);
  try {
    return [await writing(ours, bare), ...(await querying(ours, bare))];
  } finally {
    await ours.close();
    await bare.close();
    await engine.stop();
    await rm(dir, { recursive: true, force: true });
  }
};

const schema: IndexSchema = productSearch.search?.schema ?? { name: '', texts: {}, keywords: [], numbers: [] };
const WORDS =
  `sunset harbour playa excursión casco antiguo walking sailing vino bodega château île plage randonnée passeio
  praia vulcão cidade guide lunch family private small group kayak reef selva tequila museo catedral mercado`.split(
    /\s+/,
  );
const CITIES = [
  'Cancún',
  'Tulum',
  'Rio de Janeiro',
  'Lisboa',
  'Paris',
  'Nice',
  'Oaxaca',
  'Mérida',
  'Porto',
  'Salvador',
];

/** A product with about 1.2 kB of texts. The same at every run. */
const product = (at: number): SearchDocument => {
  const words = (count: number, seed: number): string =>
    Array.from({ length: count }, (_, i) => WORDS[(at * 7 + seed * 13 + i * (3 + (at % 5))) % WORDS.length]).join(' ');
  const inAll = (count: number, seed: number) =>
    Object.fromEntries(LOCALES.map((locale, i) => [locale, words(count, seed + i)]));
  const city = CITIES[at % CITIES.length] ?? '';
  return {
    id: `product-${at}`,
    tenant: `tenant-${at % 3}`,
    version: at + 1,
    texts: {
      title: inAll(4, 1),
      place: { es: `${city} ${at % 97}` },
      shortDescription: inAll(8, 2),
      description: inAll(25, 3),
      features: { en: words(10, 4) },
    },
    keywords: {
      category: [WORDS[at % 12] ?? ''],
      city: [city],
      country: ['MX'],
      currency: ['MXN'],
      availabilityType: ['START_TIME'],
    },
    numbers: { createdAt: 1_700_000_000_000 + at * 60_000, priceFrom: 1_000 + ((at * 37) % 9_000) },
    points: { location: { lat: (at * 7) % 90, lon: (at * 13) % 180 } },
    source: { id: `product-${at}`, titles: inAll(4, 1), city, cover: `https://images.example/${at}.jpg` },
  };
};

const writing = async (ours: ElasticsearchSearch, bare: Client): Promise<Row> => {
  const documents = Array.from({ length: DOCUMENTS }, (_, at) => product(at));
  const [byUs, byClient]: [number[], number[]] = [[], []];
  // The first round warms both, and does not count.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const turns = [
      async () => byUs.push(await oursWrites(ours, documents, round)),
      async () => byClient.push(await bareWrites(bare, documents, round)),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  // Of each the round that was least disturbed by whatever else the machine does.
  const [mine, its] = [byUs, byClient].map((times) => DOCUMENTS / (Math.min(...times.slice(1)) / 1_000));
  const ratio = (mine ?? 0) / (its ?? 1);
  return {
    bench: `Elasticsearch: ${DOCUMENTS} products written, until they can be found`,
    ours: `${Math.round(mine ?? 0)} documents/s`,
    against: `${Math.round(its ?? 0)} documents/s by helpers.bulk`,
    ratio,
    aim: '>= 0.8',
    met: ratio >= 0.8,
  };
};

const oursWrites = async (ours: ElasticsearchSearch, documents: readonly SearchDocument[], round: number) => {
  const name = `ours-${round}`;
  await ours.ensure({ ...schema, name });
  const began = performance.now();
  await ours.write(
    name,
    documents.map((put) => ({ put })),
  );
  const took = performance.now() - began;
  if (round < ROUNDS) await ours.drop(name);
  return took;
};

const bareWrites = async (bare: Client, documents: readonly SearchDocument[], round: number) => {
  const index = `${PREFIX}bare-${round}`;
  await bare.indices.create({ index, settings: INDEX_SETTINGS, mappings: mappingOf(schema) });
  const began = performance.now();
  const { failed } = await bare.helpers.bulk<SearchDocument>({
    datasource: [...documents],
    onDocument: (document) => [
      { index: { _index: index, _id: document.id, version: document.version, version_type: 'external' } },
      stored(document),
    ],
  });
  await bare.indices.refresh({ index });
  const took = performance.now() - began;
  if (failed > 0) throw new Error(`${failed} documents failed`);
  await bare.indices.delete({ index });
  return took;
};

/** As ours stores it. */
const stored = ({ version: _, ...document }: SearchDocument) => ({
  ...document,
  ...completionOf(schema, { ...document, version: 0 }),
});

const asked = (query: Partial<SearchQuery>): SearchQuery => ({ tenant: 'tenant-1', locale: 'es', limit: 20, ...query });
const QUESTIONS: readonly { readonly name: string; readonly query: SearchQuery; readonly plan: Plan }[] = [
  { name: 'two words', query: asked({ text: 'playa sunset' }), plan: EXACT },
  {
    name: 'a word, a beginning, a filter and three facets',
    query: asked({
      text: 'excursion cas',
      keywords: { city: ['Tulum', 'Paris'] },
      facets: ['city', 'category', 'country'],
    }),
    plan: EXACT,
  },
  { name: 'a word with a typo', query: asked({ text: 'excrusion' }), plan: { all: false, unknown: [0] } },
];

const querying = async (ours: ElasticsearchSearch, bare: Client): Promise<Row[]> => {
  const rows: Row[] = [];
  for (const { name, query, plan } of QUESTIONS) {
    const body = searchBody(schema, query, new TextQuery(schema, query.text ?? '', query.locale).ranking(plan));
    const [byUs, byClient]: [number[], number[]] = [[], []];
    let [mine, its] = [0, 0];
    for (let at = 0; at < QUERIES; at += 1) {
      const began = performance.now();
      mine = (await ours.query(`ours-${ROUNDS}`, query)).total;
      const between = performance.now();
      const { hits } = await bare.search({ index: `${PREFIX}ours-${ROUNDS}`, ...body });
      byClient.push(performance.now() - between);
      byUs.push(between - began);
      its = typeof hits.total === 'number' ? hits.total : (hits.total?.value ?? 0);
    }
    if (mine !== its || mine === 0) throw new Error(`${name}: ${mine} found, ${its} by the bare client`);
    const told = (times: number[]): string =>
      `p50 ${percentile(times, 0.5).toFixed(1)} ms, p99 ${percentile(times, 0.99).toFixed(1)} ms`;
    const ratio = percentile(byUs, 0.5) / percentile(byClient, 0.5);
    rows.push({
      bench: `Elasticsearch: ${name}, 20 of ${mine} hits with snippets`,
      ours: told(byUs),
      against: `${told(byClient)} for the same query, without snippets`,
      ratio,
      aim: plan === EXACT ? 'p50 < 1.5 x' : 'p50 < 2.5 x: it must learn that the word is unknown',
      met: ratio < (plan === EXACT ? 1.5 : 2.5),
    });
  }
  return rows;
};
