import { business } from './business-dashboard.ts';
import { type DataViewName, dataViewId, dataViews } from './data-views.ts';
import { funnel } from './funnel-dashboard.ts';
import { labelsOf, lensOf, type Reference } from './lens.ts';
import { operations } from './operations-dashboard.ts';
import type { Dashboard } from './panel.ts';
import { predictionsDashboard } from './predictions-dashboard.ts';
import { searchQuality } from './search-quality-dashboard.ts';

/** What Kibana exports and imports, one a line. */
export interface SavedObject {
  readonly type: 'index-pattern' | 'dashboard';
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly Reference[];
  readonly managed: boolean;
  /** Kibana 8.19 writes these versions; an import brings older ones up to date and refuses newer ones. */
  readonly coreMigrationVersion: string;
  readonly typeMigrationVersion: string;
}

export const dashboards: readonly Dashboard[] = [business, operations, funnel, searchQuality, predictionsDashboard];

const WIDTH = 48;
const COMPANY = 'company';

const dataViewObject = (name: DataViewName): SavedObject => ({
  type: 'index-pattern',
  id: dataViewId(name),
  attributes: {
    title: name,
    name: dataViews[name].title,
    ...(dataViews[name].time === null ? {} : { timeFieldName: dataViews[name].time }),
    fieldAttrs: JSON.stringify(labelsOf(name)),
    fieldFormatMap: '{}',
    fields: '[]',
    runtimeFieldMap: '{}',
    sourceFilters: '[]',
    typeMeta: '{}',
  },
  references: [],
  managed: false,
  coreMigrationVersion: '8.8.0',
  typeMigrationVersion: '8.0.0',
});

/** Panels side by side from the left, a new row where one does not fit. */
const placed = (panels: Dashboard['panels']) => {
  let [x, y, high] = [0, 0, 0];
  return panels.map((panel, index) => {
    const [w, h] = panel.size;
    if (x + w > WIDTH) [x, y, high] = [0, y + high, 0];
    const gridData = { x, y, w, h, i: `panel-${index}` };
    x += w;
    high = Math.max(high, h);
    return { panel, gridData };
  });
};

/** Which company the dashboard is about: the first thing that whoever sees several chooses. */
const companyControl = (first: DataViewName) => ({
  input: {
    controlStyle: 'oneLine',
    chainingSystem: 'HIERARCHICAL',
    showApplySelections: false,
    ignoreParentSettingsJSON: JSON.stringify({
      ignoreFilters: false,
      ignoreQuery: false,
      ignoreTimerange: false,
      ignoreValidations: false,
    }),
    panelsJSON: JSON.stringify({
      [COMPANY]: {
        grow: false,
        order: 0,
        type: 'optionsListControl',
        width: 'medium',
        explicitInput: { fieldName: 'tenant', title: 'Company', searchTechnique: 'prefix', selectedOptions: [] },
      },
    }),
  },
  reference: {
    type: 'index-pattern',
    id: dataViewId(first),
    name: `controlGroup_${COMPANY}:optionsListDataView`,
  } as const,
});

const dashboardObject = (dashboard: Dashboard): SavedObject => {
  const panels = placed(dashboard.panels).map(({ panel, gridData }) => ({
    type: 'lens',
    title: panel.title,
    gridData,
    panelIndex: gridData.i,
    embeddableConfig: { attributes: lensOf(panel), enhancements: {} },
  }));
  const [first] = dashboard.panels;
  if (first === undefined) throw new Error(`${dashboard.id} has no panel`);
  const control = companyControl(first.of);
  return {
    type: 'dashboard',
    id: dashboard.id,
    attributes: {
      title: dashboard.title,
      description: dashboard.description,
      controlGroupInput: control.input,
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({ query: { query: '', language: 'kuery' }, filter: [] }),
      },
      optionsJSON: JSON.stringify({
        useMargins: true,
        syncColors: true,
        syncCursor: true,
        syncTooltips: false,
        hidePanelTitles: false,
      }),
      panelsJSON: JSON.stringify(panels),
      timeRestore: true,
      timeFrom: dashboard.from,
      timeTo: dashboard.to,
      refreshInterval: { pause: true, value: 60_000 },
      version: 3,
    },
    references: [
      ...panels.flatMap(({ panelIndex, embeddableConfig }) =>
        embeddableConfig.attributes.references.map((reference) => ({
          ...reference,
          name: `${panelIndex}:${reference.name}`,
        })),
      ),
      control.reference,
    ],
    managed: false,
    coreMigrationVersion: '8.8.0',
    typeMigrationVersion: '10.3.0',
  };
};

/** Data views first: dashboards refer to them. */
export const savedObjects = (): readonly SavedObject[] => [
  ...(Object.keys(dataViews) as DataViewName[]).map(dataViewObject),
  ...dashboards.map(dashboardObject),
];

/** As Kibana's export writes them. */
export const ndjson = (objects: readonly SavedObject[]): string =>
  `${objects.map((object) => JSON.stringify(object)).join('\n')}\n`;

/**
 * With the installation's prefix before the names of the indexes.
 * @param prefix `indexPrefix` of SEARCH_URL
 */
export const withIndexPrefix = (objects: readonly SavedObject[], prefix: string): readonly SavedObject[] =>
  objects.map((object) =>
    object.type === 'index-pattern'
      ? { ...object, attributes: { ...object.attributes, title: `${prefix}${String(object.attributes.title)}` } }
      : object,
  );
