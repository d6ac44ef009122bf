import type { DataViewName } from './data-views.ts';

/** How documents are grouped. Field names are those of the index: `keywords.channel`, `numbers.placedAt`. */
export type Grouping =
  /** The most frequent values, by the panel's first measure. */
  | { readonly values: string; readonly most: number; readonly label: string }
  | { readonly time: string; readonly every: 'auto' | '1d' | '1w' | '1M'; readonly label: string }
  /** Between these bounds, and beyond the last. */
  | { readonly ranges: string; readonly bounds: readonly number[]; readonly label: string }
  /** One group for each condition in KQL; a document can be in several. */
  | { readonly steps: readonly { readonly label: string; readonly kql: string }[]; readonly label: string };

export type Measure =
  | { readonly count: true; readonly label: string }
  | { readonly sum: string; readonly label: string }
  | { readonly average: string; readonly label: string }
  | { readonly distinct: string; readonly label: string }
  | { readonly percentile: number; readonly of: string; readonly label: string };

/** What a dashboard's panel shows, without how Kibana writes it down. */
export interface Panel {
  readonly title: string;
  readonly of: DataViewName;
  readonly as: 'metric' | 'bars' | 'lines' | 'rows' | 'donut' | 'table';
  /** Wide, of 48 columns, and high, in rows. */
  readonly size: readonly [width: number, height: number];
  readonly by?: Grouping;
  readonly split?: Grouping;
  readonly measures: readonly [Measure, ...Measure[]];
  /** Only documents with these keywords. */
  readonly where?: Readonly<Record<string, string>>;
}

export interface Dashboard {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** In Elasticsearch's date arithmetic: `now-90d`. */
  readonly from: string;
  readonly to: string;
  readonly panels: readonly Panel[];
}
