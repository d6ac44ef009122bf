import { randomUUID } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSearch } from '../../infra/search/open-search.ts';
import type { Search } from '../../infra/search/search.ts';
import { allProjections } from '../../projections/all-projections.ts';
import { createSearchFigures } from '../../query-side/catalogue/search-figures.ts';
import { engineUrl } from '../engines/engine-urls.ts';
import { openStage, type Stage } from '../projections/running-views.ts';
import { analystsHistory } from './analysts-history.ts';
import { exportedPanels, schemas } from './exported-panels.ts';
import { rowsOf, searchOf } from './lens-search.ts';

const url = engineUrl('SEARCH_URL');

describe.runIf(url !== undefined)('on the engine that is up', () => {
  const indexPrefix = `kibana-${randomUUID().slice(0, 8)}-`;
  const views = allProjections.filter(({ search }) => search !== undefined);
  let stage: Stage;
  let search: Search;
  let client: Client;

  /** Writes a company's weeks through the projections themselves, and what its visitors searched. */
  beforeAll(async () => {
    const own = new URL(url ?? '');
    own.searchParams.set('indexPrefix', indexPrefix);
    stage = await openStage();
    search = await openSearch({ url: own.href, dataDir: stage.dataDir });
    client = new Client({ node: new URL(url ?? '').origin });
    const runner = stage.runner(views, { search });
    await runner.start();
    let position = 0;
    for (const { stream, event } of analystsHistory(Date.now())) position = await stage.append(stream, event);
    for (const { name } of views) await runner.liveViews.waitFor(name, position, 30_000);
    expect(await runner.parked()).toEqual([]);

    const figures = createSearchFigures({ search, clock: () => new Date().toISOString(), onWarning: () => {} });
    for (const [text, hits, milliseconds] of [
      ['barco', 3, 20],
      ['submarino', 0, 30],
      ['catedral', 1, 450],
    ] as const)
      for (let times = 0; times < 4; times += 1)
        figures.record({ tenant: 'andes', text, locale: times % 2 === 0 ? 'es' : 'en', hits, milliseconds });
    await figures.close();
  });

  afterAll(async () => {
    for (const name of schemas.keys()) {
      const indexes = await client.indices.get({ index: `${indexPrefix}${name}*` }).catch(() => ({}));
      for (const index of Object.keys(indexes)) await client.indices.delete({ index });
    }
    await stage.close();
    await search.close();
    await client.close();
  });

  it('each index is found by the name of its data view, with the mapping that the dashboards were checked against', async () => {
    for (const [name, schema] of schemas) {
      const mappings = await client.indices.getMapping({ index: indexPrefix + name });
      expect(Object.keys(mappings), name).toHaveLength(1);
      const [{ mappings: mapping } = { mappings: {} }] = Object.values(mappings);
      const numbers = mapping.properties?.numbers as {
        readonly properties: Readonly<Record<string, { type: string }>>;
      };
      for (const number of schema.numbers)
        expect(numbers.properties[number]?.type, `${name}: ${number}`).toBe(
          schema.dates?.includes(number) ? 'date' : 'double',
        );
    }
  });

  it.each(exportedPanels.map((panel) => [`${panel.dashboard}: ${panel.title}`, panel] as const))(
    'shows something (%s)',
    async (_name, panel) => {
      const answer = await client.search({ index: indexPrefix + panel.index, ...searchOf(panel) });
      const rows = rowsOf(panel, answer);
      expect(rows.length).toBeGreaterThan(0);
      const shown = rows.flatMap(({ measures }) => Object.values(measures));
      expect(shown.filter((value) => value !== null).length).toBeGreaterThan(0);
      expect(Math.max(...shown.map((value) => value ?? 0))).toBeGreaterThan(0);
    },
  );

  it('counts what happened: the funnel narrows, and nothing found is told apart', async () => {
    const rows = async (title: string) => {
      const panel = exportedPanels.find((one) => one.title === title);
      if (panel === undefined) throw new Error(`no panel ${title}`);
      const found = rowsOf(panel, await client.search({ index: indexPrefix + panel.index, ...searchOf(panel) }));
      return found.map(({ measures }) => Object.values(measures)[0]);
    };
    // 15 bookings, a fifth of each ending: on hold, expired, confirmed, cancelled, redeemed.
    expect(await rows('From hold to travel')).toEqual([15, 9, 3]);
    expect(await rows('How bookings ended or stand')).toEqual([3, 3, 3, 3, 3]);
    expect(await rows('Holds that expired, by channel')).toEqual([2, 1]);
    expect(await rows('Searches without a result')).toEqual([4]);
    expect(await rows('Searches over 200 ms')).toEqual([4]);
    expect(await rows('State of departures')).toEqual([2, 1, 1]);
  });
});
