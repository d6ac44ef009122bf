/** A curve or a set of points. */
export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number | string; readonly y: number }[];
}

/** What a model card says, before it is drawn. */
export type CardBlock =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | {
      readonly kind: 'table';
      readonly columns: readonly string[];
      readonly rows: readonly (readonly (string | number)[])[];
    }
  | {
      readonly kind: 'plot';
      readonly title: string;
      readonly mark: 'line' | 'point' | 'bar';
      readonly xLabel: string;
      readonly yLabel: string;
      readonly series: readonly Series[];
    };

/** A model card (Mitchell et al. 2019): intended use, data, metrics beside a baseline, calibration, importances, limits. */
export interface ModelCard {
  readonly title: string;
  readonly blocks: readonly CardBlock[];
}
