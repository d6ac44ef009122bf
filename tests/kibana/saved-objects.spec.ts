import { describe, expect, it } from 'vitest';
import { dataViews } from '../../infra/kibana/data-views.ts';
import { ndjson, savedObjects, withIndexPrefix } from '../../infra/kibana/saved-objects.ts';
import { fieldTypes } from '../../infra/search/elasticsearch/mapping.ts';
import { exported, exportedObjects, exportedPanels, panelsByDashboard, schemas } from './exported-panels.ts';
import { kql } from './lens-search.ts';

/** Types of all fields of an index, as Elasticsearch maps them. */
const typesOf = (index: string): ReadonlyMap<string, string> => {
  const schema = schemas.get(index);
  if (schema === undefined) throw new Error(`nothing is indexed as ${index}`);
  return fieldTypes(schema);
};

/** What Elasticsearch can do with a field of a type. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  sum: ['double'],
  average: ['double'],
  percentile: ['double'],
  range: ['double'],
  unique_count: ['keyword'],
  terms: ['keyword'],
  date_histogram: ['date'],
};

describe('infra/kibana/spirit-tours.ndjson', () => {
  it('is what npm run kibana:build makes', () => {
    expect(exported).toBe(ndjson(savedObjects()));
  });

  it('has the versions that Kibana 8.19 writes, and each id once', () => {
    const versions = { 'index-pattern': '8.0.0', dashboard: '10.3.0' };
    for (const object of exportedObjects) {
      expect(object, object.id).toMatchObject({ coreMigrationVersion: '8.8.0', managed: false });
      expect(object.typeMigrationVersion, object.id).toBe(versions[object.type]);
    }
    expect(new Set(exportedObjects.map(({ id }) => id)).size).toBe(exportedObjects.length);
  });

  it('has a dashboard for business, operations, funnel, search quality and predictions, each of at least five panels', () => {
    expect([...panelsByDashboard.keys()]).toEqual([
      'Spirit Tours: business',
      'Spirit Tours: operations',
      'Spirit Tours: funnel',
      'Spirit Tours: search quality',
      'Spirit Tours: predictions',
    ]);
    for (const [dashboard, panels] of panelsByDashboard) expect(panels.length, dashboard).toBeGreaterThan(4);
  });

  it('refers to nothing that is not in it, and names every reference of a panel by the panel', () => {
    const ids = new Set(exportedObjects.map(({ id }) => id));
    for (const { references, id } of exportedObjects)
      for (const reference of references) expect(ids, id).toContain(reference.id);
    for (const { dashboard, saved } of exportedPanels) {
      const { references, state } = saved.embeddableConfig.attributes;
      const object = exportedObjects.find(({ attributes }) => attributes.title === dashboard);
      for (const { name, id } of references)
        expect(object?.references, saved.title).toContainEqual({
          type: 'index-pattern',
          id,
          name: `${saved.panelIndex}:${name}`,
        });
      const names = references.map(({ name }) => name);
      for (const { meta } of state.filters) expect(names, saved.title).toContain(meta.index);
    }
  });

  it('lays panels out within 48 columns, none over another', () => {
    for (const [dashboard, panels] of panelsByDashboard) {
      const taken = new Set<string>();
      for (const { saved } of panels) {
        const { x, y, w, h } = saved.gridData;
        expect(x + w, saved.title).toBeLessThanOrEqual(48);
        for (let column = x; column < x + w; column += 1)
          for (let row = y; row < y + h; row += 1) {
            expect(taken.has(`${column},${row}`), `${dashboard}: ${saved.title}`).toBe(false);
            taken.add(`${column},${row}`);
          }
      }
    }
  });

  it('draws each panel from all of its columns', () => {
    for (const { title, saved, columns } of exportedPanels) {
      const drawn = JSON.stringify(saved.embeddableConfig.attributes.state.visualization);
      for (const [id] of columns) expect(drawn, title).toContain(`"${id}"`);
    }
  });
});

describe('the fields of the dashboards', () => {
  it.each(exportedPanels.map((panel) => [`${panel.dashboard}: ${panel.title}`, panel] as const))(
    'are in the mappings with the right types (%s)',
    (_name, { index, columns, filters }) => {
      const types = typesOf(index);
      for (const [, column] of columns) {
        const { operationType, sourceField, params } = column;
        if (operationType === 'count') continue;
        if (operationType === 'filters') {
          const { filters: steps } = params as { readonly filters: readonly { input: { query: string } }[] };
          for (const { input } of steps) expect([...types.keys()]).toContain(kql(input.query).field);
          continue;
        }
        expect(TYPES[operationType], `${operationType} of ${String(sourceField)}`).toContain(
          types.get(String(sourceField)),
        );
      }
      for (const { meta, query } of filters) {
        expect(types.get(meta.key)).toBe('keyword');
        expect(Object.keys(query.match_phrase)).toEqual([meta.key]);
      }
    },
  );

  it('that have a name in a data view are in its index, and its time is a date', () => {
    for (const [name, { time, labels }] of Object.entries(dataViews)) {
      const types = typesOf(name);
      for (const field of Object.keys(labels)) expect([...types.keys()], name).toContain(field);
      if (time !== null) expect(types.get(time), name).toBe('date');
    }
  });

  it('that are used have a name, and amounts of money are shown by currency', () => {
    for (const { index, title, columns } of exportedPanels) {
      const labels = Object.keys(dataViews[index as keyof typeof dataViews].labels);
      const fields = columns.flatMap(([, { sourceField }]) => (sourceField === undefined ? [] : [String(sourceField)]));
      for (const field of fields) if (field !== '___records___') expect(labels, title).toContain(field);
      if (fields.some((field) => /revenue|price/i.test(field))) expect(fields, title).toContain('keywords.currency');
    }
  });
});

describe('an installation with a prefix', () => {
  it('has it before each index and nowhere else', () => {
    const prefixed = withIndexPrefix(savedObjects(), 'acme-');
    const titles = prefixed.filter(({ type }) => type === 'index-pattern').map(({ attributes }) => attributes.title);
    expect(titles).toEqual(Object.keys(dataViews).map((name) => `acme-${name}`));
    expect(prefixed.filter(({ type }) => type === 'dashboard')).toEqual(
      savedObjects().filter(({ type }) => type === 'dashboard'),
    );
  });
});
