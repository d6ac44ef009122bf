import type { estypes } from '@elastic/elasticsearch';
import type { LensColumn } from '../../infra/kibana/lens.ts';
import type { ExportedPanel } from './exported-panels.ts';

type Aggregation = estypes.AggregationsAggregationContainer;

/** The little of KQL that the dashboards use: `field : *` and `field : "value"`. */
export const kql = (text: string): { readonly field: string; readonly query: estypes.QueryDslQueryContainer } => {
  const [, field = '', any, value = ''] = /^([\w.]+) : (?:(\*)|"([^"]*)")$/.exec(text) ?? [];
  if (field === '') throw new Error(`not understood: ${text}`);
  return { field, query: any === '*' ? { exists: { field } } : { match_phrase: { [field]: value } } };
};

interface Params {
  readonly size: number;
  readonly orderBy: { readonly columnId: string };
  readonly interval: string;
  readonly percentile: number;
  readonly ranges: readonly { readonly from: number; readonly to: number | null }[];
  readonly filters: readonly { readonly label: string; readonly input: { readonly query: string } }[];
}

const paramsOf = ({ params }: LensColumn): Params => params as Params;
const fieldOf = ({ sourceField }: LensColumn): string => String(sourceField);

/** The aggregation that Lens makes of a column; undefined for a count, which each group has anyway. */
const aggregationOf = (column: LensColumn, isMeasure: (id: string) => boolean): Aggregation | undefined => {
  const field = fieldOf(column);
  const params = paramsOf(column);
  switch (column.operationType) {
    case 'count':
      return undefined;
    case 'sum':
      return { sum: { field } };
    case 'average':
      return { avg: { field } };
    case 'unique_count':
      return { cardinality: { field } };
    case 'percentile':
      return { percentiles: { field, percents: [params.percentile] } };
    case 'terms': {
      const { columnId } = params.orderBy;
      return { terms: { field, size: params.size, order: { [isMeasure(columnId) ? columnId : '_count']: 'desc' } } };
    }
    case 'date_histogram':
      return {
        date_histogram: {
          field,
          min_doc_count: 0,
          ...(params.interval === '1M' || params.interval === '1w'
            ? { calendar_interval: params.interval }
            : { fixed_interval: params.interval === 'auto' ? '1d' : params.interval }),
        },
      };
    case 'range':
      return {
        range: { field, ranges: params.ranges.map(({ from, to }) => ({ from, ...(to === null ? {} : { to }) })) },
      };
    case 'filters':
      return {
        filters: {
          filters: Object.fromEntries(params.filters.map(({ label, input }) => [label, kql(input.query).query])),
        },
      };
    default:
      throw new Error(`no aggregation for ${column.operationType}`);
  }
};

/** The search that Lens sends for a panel of a dashboard. */
export const searchOf = (panel: ExportedPanel): estypes.SearchRequest => {
  const { columns, timeField, range, filters } = panel;
  const measures = columns.filter(([, column]) => column.isBucketed !== true);
  const isMeasure = (id: string) =>
    measures.some(([key, { operationType }]) => key === id && operationType !== 'count');
  const named = (entries: typeof columns): Record<string, Aggregation> =>
    Object.fromEntries(
      entries.flatMap(([id, column]) => {
        const aggregation = aggregationOf(column, isMeasure);
        return aggregation === undefined ? [] : [[id, aggregation]];
      }),
    );
  const inside = named(measures);
  let nested = inside;
  for (const [id, column] of columns.filter(([, { isBucketed }]) => isBucketed === true).toReversed()) {
    const grouping = aggregationOf(column, isMeasure);
    // A grouping orders by a measure, which must be in each of its groups.
    if (grouping !== undefined) nested = { [id]: { ...grouping, aggs: { ...inside, ...nested } } };
  }
  return {
    size: 0,
    track_total_hits: true,
    query: {
      bool: {
        filter: [
          ...filters.map(({ query }) => query),
          ...(timeField === undefined ? [] : [{ range: { [timeField]: range } }]),
        ],
      },
    },
    aggs: nested,
  };
};

/** One row of a panel: a group of the innermost grouping with its measures. */
export interface Row {
  readonly documents: number;
  readonly measures: Readonly<Record<string, number | null>>;
}

interface Answered {
  readonly doc_count?: number;
  readonly buckets?: readonly Answered[] | Readonly<Record<string, Answered>>;
  readonly value?: number | null;
  readonly values?: Readonly<Record<string, number | null>>;
}

/** The rows of an answer, those without a document left out. */
export const rowsOf = (panel: ExportedPanel, answer: estypes.SearchResponse): readonly Row[] => {
  const groupings = panel.columns.filter(([, column]) => column.isBucketed === true).map(([id]) => id);
  const measureIds = panel.columns.filter(([, column]) => column.isBucketed !== true).map(([id]) => id);
  const total = answer.hits.total as { readonly value: number };
  const rows = (group: Answered & Readonly<Record<string, unknown>>, depth: number): readonly Row[] => {
    const grouping = groupings[depth];
    if (grouping === undefined) {
      const documents = group.doc_count ?? 0;
      const measures = measureIds.map((id) => {
        const measured = group[id] as Answered | undefined;
        if (measured === undefined) return [id, documents] as const;
        return [id, measured.value ?? Object.values(measured.values ?? {})[0] ?? null] as const;
      });
      return documents === 0 ? [] : [{ documents, measures: Object.fromEntries(measures) }];
    }
    const { buckets = [] } = group[grouping] as Answered;
    return Object.values(buckets).flatMap((bucket) =>
      rows(bucket as Answered & Readonly<Record<string, unknown>>, depth + 1),
    );
  };
  return rows({ doc_count: total.value, ...answer.aggregations } as Answered & Readonly<Record<string, unknown>>, 0);
};
