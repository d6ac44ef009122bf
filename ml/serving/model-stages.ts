import type { Manifest } from '../registry/manifest.ts';

/** Which versions of a model get which traffic now. */
export interface ModelTraffic {
  readonly tenant: string;
  readonly name: string;
  /** Null: none is live; callers take their fallback. */
  readonly live: ServedVersion | null;
  readonly canary: (ServedVersion & { readonly share: number }) | null;
  readonly shadows: readonly ServedVersion[];
}

/** A version that was taken in, and where its files are. */
export interface ServedVersion {
  readonly version: string;
  /** Folder with `model.onnx`, `manifest.json` and what else belongs to it. Its content never changes. */
  readonly directory: string;
  readonly manifest: Manifest;
}

/** What the pool asks before each prediction: kept up to date in the background, answered from memory. */
export interface ModelStages {
  /** A tenant without a model of that name has the one that comes with the platform, where there is one. Undefined: no such model. */
  of(tenant: string, name: string): ModelTraffic | undefined;
  /** A version whatever its stage: for those who ask for it by number. */
  version(tenant: string, name: string, version: string): Promise<ServedVersion | undefined>;
  /** Called with the traffic of a model that has changed, so that what is new is warm before it is asked. Returns how to end it. */
  onChange(listener: (traffic: ModelTraffic) => void): () => void;
  close(): Promise<void>;
}
