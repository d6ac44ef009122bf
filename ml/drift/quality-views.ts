/** What quality is read from: the collections of views and of their rollups, in their live versions. */
export interface QualityViews {
  collection(view: string): string;
  rollup(view: string, rollup: string): string;
}

export interface QualityPeriod {
  readonly tenant: string;
  /** Local dates, both included; days that have not passed are judged too early. */
  readonly from: string;
  readonly to: string;
}
