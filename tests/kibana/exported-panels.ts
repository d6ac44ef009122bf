import { readFileSync } from 'node:fs';
import type { LensColumn } from '../../infra/kibana/lens.ts';
import type { SavedObject } from '../../infra/kibana/saved-objects.ts';
import type { IndexSchema } from '../../infra/search/search.ts';
import { allProjections } from '../../projections/all-projections.ts';
import { searchFiguresSchema } from '../../query-side/catalogue/search-figures.ts';

const file = new URL('../../infra/kibana/spirit-tours.ndjson', import.meta.url);

/** The file as it is committed. */
export const exported = readFileSync(file, 'utf8');

export const exportedObjects = exported
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as SavedObject);

interface PhraseFilter {
  readonly meta: { readonly index: string; readonly key: string };
  readonly query: { readonly match_phrase: Readonly<Record<string, string>> };
}

export interface SavedPanel {
  readonly type: string;
  readonly title: string;
  readonly panelIndex: string;
  readonly gridData: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly embeddableConfig: {
    readonly attributes: {
      readonly visualizationType: string;
      readonly references: readonly { readonly id: string; readonly name: string }[];
      readonly state: {
        readonly visualization: unknown;
        readonly filters: readonly PhraseFilter[];
        readonly datasourceStates: {
          readonly formBased: {
            readonly layers: Readonly<
              Record<
                string,
                { readonly columnOrder: readonly string[]; readonly columns: Readonly<Record<string, LensColumn>> }
              >
            >;
          };
        };
      };
    };
  };
}

export interface ExportedPanel {
  readonly dashboard: string;
  readonly title: string;
  readonly saved: SavedPanel;
  /** The index's name, without prefix. */
  readonly index: string;
  readonly timeField: string | undefined;
  readonly range: { readonly gte: string; readonly lt: string };
  /** In the order in which Lens nests them. */
  readonly columns: readonly (readonly [id: string, column: LensColumn])[];
  readonly filters: readonly PhraseFilter[];
}

const dataViews = new Map(
  exportedObjects.filter(({ type }) => type === 'index-pattern').map((view) => [view.id, view]),
);

const panelsOf = (dashboard: SavedObject): readonly ExportedPanel[] =>
  (JSON.parse(String(dashboard.attributes.panelsJSON)) as readonly SavedPanel[]).map((saved) => {
    const { references, state } = saved.embeddableConfig.attributes;
    const [[layerId, layer] = ['', undefined], ...others] = Object.entries(state.datasourceStates.formBased.layers);
    const reference = references.find(({ name }) => name === `indexpattern-datasource-layer-${layerId}`);
    const view = dataViews.get(reference?.id ?? '');
    if (layer === undefined || others.length > 0 || view === undefined) throw new Error(`${saved.title}: one layer`);
    return {
      dashboard: String(dashboard.attributes.title),
      title: saved.title,
      saved,
      index: String(view.attributes.title),
      timeField: view.attributes.timeFieldName as string | undefined,
      range: { gte: String(dashboard.attributes.timeFrom), lt: String(dashboard.attributes.timeTo) },
      columns: layer.columnOrder.map((id) => [id, layer.columns[id] ?? { operationType: 'missing' }] as const),
      filters: state.filters,
    };
  });

export const exportedPanels: readonly ExportedPanel[] = exportedObjects
  .filter(({ type }) => type === 'dashboard')
  .flatMap(panelsOf);

/** What can be looked at in the engine, by the name that it has there. */
export const schemas: ReadonlyMap<string, IndexSchema> = new Map([
  ...allProjections.flatMap(({ name, search }): [string, IndexSchema][] =>
    search === undefined ? [] : [[name, search.schema]],
  ),
  [searchFiguresSchema.name, searchFiguresSchema],
]);

/** The panels of each dashboard, by its title. */
export const panelsByDashboard: ReadonlyMap<string, readonly ExportedPanel[]> = new Map(
  [...new Set(exportedPanels.map(({ dashboard }) => dashboard))].map((title) => [
    title,
    exportedPanels.filter(({ dashboard }) => dashboard === title),
  ]),
);
