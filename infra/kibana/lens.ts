import { type DataViewName, dataViewId, dataViews } from './data-views.ts';
import type { Grouping, Measure, Panel } from './panel.ts';

/** A column of a Lens layer, as Kibana 8.19 writes it. */
export type LensColumn = Readonly<Record<string, unknown>> & { readonly operationType: string };

export interface Reference {
  readonly type: 'index-pattern';
  readonly id: string;
  readonly name: string;
}

const LAYER = 'layer';

const labelled = (label: string) => ({ label, customLabel: true });

const measureColumn = (measure: Measure): LensColumn => {
  const base = { ...labelled(measure.label), dataType: 'number', isBucketed: false, scale: 'ratio' };
  if ('count' in measure)
    return { ...base, operationType: 'count', sourceField: '___records___', params: { emptyAsNull: true } };
  if ('sum' in measure)
    return { ...base, operationType: 'sum', sourceField: measure.sum, params: { emptyAsNull: true } };
  if ('average' in measure)
    return { ...base, operationType: 'average', sourceField: measure.average, params: { emptyAsNull: true } };
  if ('distinct' in measure)
    return { ...base, operationType: 'unique_count', sourceField: measure.distinct, params: { emptyAsNull: true } };
  return {
    ...base,
    operationType: 'percentile',
    sourceField: measure.of,
    params: { percentile: measure.percentile },
  };
};

const groupingColumn = (grouping: Grouping, orderedBy: string): LensColumn => {
  const base = { ...labelled(grouping.label), isBucketed: true };
  if ('values' in grouping)
    return {
      ...base,
      dataType: 'string',
      scale: 'ordinal',
      operationType: 'terms',
      sourceField: grouping.values,
      params: {
        size: grouping.most,
        orderBy: { type: 'column', columnId: orderedBy },
        orderDirection: 'desc',
        otherBucket: false,
        missingBucket: false,
        parentFormat: { id: 'terms' },
        include: [],
        exclude: [],
        includeIsRegex: false,
        excludeIsRegex: false,
      },
    };
  if ('time' in grouping)
    return {
      ...base,
      dataType: 'date',
      scale: 'interval',
      operationType: 'date_histogram',
      sourceField: grouping.time,
      params: { interval: grouping.every, includeEmptyRows: true, dropPartials: false },
    };
  if ('ranges' in grouping)
    return {
      ...base,
      dataType: 'number',
      scale: 'interval',
      operationType: 'range',
      sourceField: grouping.ranges,
      params: {
        type: 'range',
        maxBars: 'auto',
        ranges: grouping.bounds.map((from, index) => ({ from, to: grouping.bounds[index + 1] ?? null, label: '' })),
        parentFormat: { id: 'range', params: { template: 'arrow_right', replaceInfinity: true } },
      },
    };
  return {
    ...base,
    dataType: 'string',
    scale: 'ordinal',
    operationType: 'filters',
    params: {
      filters: grouping.steps.map(({ label, kql }) => ({ label, input: { query: kql, language: 'kuery' } })),
    },
  };
};

/** A phrase filter, which has the name of its reference where the data view's id would be. */
const filterOf = (field: string, value: string, reference: string) => ({
  $state: { store: 'appState' },
  meta: {
    alias: null,
    disabled: false,
    field,
    index: reference,
    key: field,
    negate: false,
    params: { query: value },
    type: 'phrase',
  },
  query: { match_phrase: { [field]: value } },
});

const SERIES = { bars: 'bar_stacked', lines: 'line', rows: 'bar_horizontal_stacked' } as const;

const visualizationOf = (panel: Panel, measures: readonly string[]): readonly [string, object] => {
  const base = { layerId: LAYER, layerType: 'data' };
  const { as, by, split } = panel;
  if (as === 'metric') return ['lnsMetric', { ...base, metricAccessor: measures[0] }];
  if (as === 'table') {
    const columnIds = [...(by === undefined ? [] : ['by']), ...(split === undefined ? [] : ['split']), ...measures];
    return ['lnsDatatable', { ...base, columns: columnIds.map((columnId) => ({ columnId, isTransposed: false })) }];
  }
  if (as === 'donut')
    return [
      'lnsPie',
      {
        shape: 'donut',
        layers: [
          {
            ...base,
            primaryGroups: split === undefined ? ['by'] : ['by', 'split'],
            metrics: measures,
            numberDisplay: 'percent',
            categoryDisplay: 'default',
            legendDisplay: 'default',
            nestedLegend: false,
          },
        ],
      },
    ];
  return [
    'lnsXY',
    {
      legend: { isVisible: true, position: 'bottom' },
      valueLabels: 'hide',
      fittingFunction: 'Linear',
      axisTitlesVisibilitySettings: { x: true, yLeft: true, yRight: true },
      tickLabelsVisibilitySettings: { x: true, yLeft: true, yRight: true },
      gridlinesVisibilitySettings: { x: true, yLeft: true, yRight: true },
      labelsOrientation: { x: 0, yLeft: 0, yRight: 0 },
      preferredSeriesType: SERIES[as],
      layers: [
        {
          ...base,
          seriesType: SERIES[as],
          accessors: measures,
          position: 'top',
          showGridlines: false,
          xAccessor: 'by',
          ...(split === undefined ? {} : { splitAccessor: 'split' }),
        },
      ],
    },
  ];
};

/** The attributes of a Lens visualisation by value. */
export const lensOf = (panel: Panel) => {
  const measures = panel.measures.map((_measure, index) => `measure-${index}`);
  const columns: Record<string, LensColumn> = {};
  const [ordered = ''] = measures;
  const { by, split } = panel;
  // Over time the most frequent values are those of the whole range, not of each day: so they are grouped by first.
  const groupings = by !== undefined && 'time' in by ? { split, by } : { by, split };
  for (const [id, grouping] of Object.entries(groupings))
    if (grouping !== undefined) columns[id] = groupingColumn(grouping, ordered);
  for (const [index, measure] of panel.measures.entries()) columns[`measure-${index}`] = measureColumn(measure);
  const [visualizationType, visualization] = visualizationOf(panel, measures);
  const conditions = Object.entries(panel.where ?? {});
  const reference = (name: string): Reference => ({ type: 'index-pattern', id: dataViewId(panel.of), name });
  return {
    title: panel.title,
    description: '',
    visualizationType,
    type: 'lens',
    references: [
      reference(`indexpattern-datasource-layer-${LAYER}`),
      ...conditions.map((_condition, index) => reference(`filter-${index}`)),
    ],
    state: {
      visualization,
      query: { query: '', language: 'kuery' },
      filters: conditions.map(([field, value], index) => filterOf(field, value, `filter-${index}`)),
      datasourceStates: {
        formBased: {
          layers: {
            [LAYER]: {
              columnOrder: Object.keys(columns),
              columns,
              incompleteColumns: {},
              sampling: 1,
              ignoreGlobalFilters: false,
            },
          },
        },
        indexpattern: { layers: {} },
        textBased: { layers: {} },
      },
      internalReferences: [],
      adHocDataViews: {},
    },
  };
};

/** What a field is called in Kibana. */
export const labelsOf = (name: DataViewName): Readonly<Record<string, { readonly customLabel: string }>> =>
  Object.fromEntries(Object.entries(dataViews[name].labels).map(([field, customLabel]) => [field, { customLabel }]));
