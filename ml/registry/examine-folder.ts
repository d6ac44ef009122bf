import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelComparison } from '../../contracts/events/models.ts';
import { flawsOfGraph } from './examine-graph.ts';
import { flawsOfManifest } from './examine-manifest.ts';
import type { Manifest } from './manifest.ts';
import {
  CARD_FILE,
  hashOfFile,
  MANIFEST_FILE,
  MODEL_FILE,
  REFUSED_FILE,
  type VersionAddress,
} from './model-folders.ts';
import { readManifest } from './read-manifest.ts';
import { flawOfRuns, type SpeedLimits } from './try-model.ts';

export interface ExaminationLimits extends SpeedLimits {
  /** Of all files together. */
  readonly maxBytes: number;
  /** For all of it, after which the model counts as one that hangs. */
  readonly timeoutMs: number;
}

export const EXAMINATION_LIMITS: ExaminationLimits = {
  maxBytes: 200 * 1024 * 1024,
  oneRowMs: 250,
  batchMs: 10_000,
  timeoutMs: 60_000,
};

/** What registering a version wants to know of it. */
export interface ExaminedFacts {
  readonly task: string;
  /** SHA-256 of `model.onnx`. */
  readonly hash: string;
  readonly bytes: number;
  readonly metrics: Record<string, number>;
  readonly comparison: ModelComparison | null;
}

/** The facts of a model that may be given traffic, or what is wrong with it: a line each, telling what to change. */
export type Examination = { readonly facts: ExaminedFacts } | { readonly problems: readonly string[] };

/** Files that may lie in a folder without being declared. */
const KNOWN_FILES = new Set([MODEL_FILE, MANIFEST_FILE, CARD_FILE, REFUSED_FILE, 'LICENSE', 'LICENSE.md', 'README.md']);
/** A manifest is read whole before anything of it is trusted. */
const MOST_MANIFEST_BYTES = 20 * 1024 * 1024;

/** Examines the folder of a model that has come. Runs the model: a process of its own should be the one that does this. */
export const examineFolder = async (
  folder: string,
  address: VersionAddress,
  limits: ExaminationLimits,
): Promise<Examination> => {
  const sizes = await sizesOf(folder);
  const missing = [MANIFEST_FILE, MODEL_FILE].filter((name) => !sizes.has(name));
  if (missing.length > 0) return { problems: missing.map((name) => `${name}: the file is missing`) };
  const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  if (total > limits.maxBytes)
    return {
      problems: [`the files have ${total} bytes together, and ${limits.maxBytes} is the limit: make the model smaller`],
    };
  if ((sizes.get(MANIFEST_FILE) ?? 0) > MOST_MANIFEST_BYTES)
    return { problems: [`${MANIFEST_FILE}: it may have at most ${MOST_MANIFEST_BYTES} bytes`] };

  const read = readManifest(await readFile(join(folder, MANIFEST_FILE), 'utf8'));
  if ('problems' in read) return read;
  const { manifest } = read;
  const model = await readFile(join(folder, MODEL_FILE));
  const problems = [
    ...flawsOfManifest(manifest, address),
    ...(await fileFlaws(folder, manifest, [...sizes.keys()])),
    ...flawsOfGraph(model, manifest),
  ];
  if (problems.length > 0) return { problems };
  const flaw = await flawOfRuns(model, manifest, limits);
  if (flaw !== undefined) return { problems: [flaw] };
  return {
    facts: {
      task: manifest.task,
      hash: await hashOfFile(join(folder, MODEL_FILE)),
      bytes: model.byteLength,
      metrics: manifest.metrics,
      comparison: manifest.comparison ?? null,
    },
  };
};

/** Hidden files are not looked at: desktops leave them everywhere. */
const sizesOf = async (folder: string): Promise<ReadonlyMap<string, number>> => {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  return new Map(
    await Promise.all(files.map(async ({ name }) => [name, (await stat(join(folder, name))).size] as const)),
  );
};

const fileFlaws = async (folder: string, { files }: Manifest, there: readonly string[]): Promise<readonly string[]> => {
  const declared = await Promise.all(
    Object.entries(files).map(async ([name, hash]) => {
      if (!there.includes(name)) return [`manifest.json: files.${name}: the file is missing`];
      const found = await hashOfFile(join(folder, name));
      return found === hash ? [] : [`manifest.json: files.${name}: its SHA-256 is ${found}`];
    }),
  );
  const undeclared = there.filter((name) => !KNOWN_FILES.has(name) && !Object.hasOwn(files, name));
  return [
    ...declared.flat(),
    ...undeclared.map((name) => `${name}: declare it in the manifest's files, with its SHA-256`),
  ];
};
