import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A TypeScript or JavaScript file of ours, by its path from the root with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** What is made, installed or hidden, and so no source. */
const isNoSource = ({ name }: Dirent): boolean =>
  name.startsWith('.') || ['node_modules', 'coverage', 'bench-results'].includes(name);

/** Every file below `folder` that `wanted` takes, in order. */
export const filesBelow = (folder: string, wanted: (path: string) => boolean): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !isNoSource(entry))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path, wanted);
      return wanted(path) ? [path] : [];
    });

export const sourceFiles = (): readonly SourceFile[] =>
  filesBelow('.', (path) => /\.(ts|mjs)$/.test(path)).map((path) => ({
    path,
    text: readFileSync(join(root, path), 'utf8'),
  }));

/** One import: a path from the root for a file of ours, a name for a package. */
export interface Import {
  readonly target: string;
  /** `import type …`: gone when the code runs. */
  readonly ofTypes: boolean;
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s(type\s)?(?:[^;'"]*?\sfrom\s)?\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|\bnew URL\(\s*['"](\.[^'"]+\.(?:ts|mjs))['"]/g;

/**
 * What a file imports, types and workers among it. Read from the text, because no dependency checker reads
 * TypeScript 7 yet.
 */
export const importsOf = ({ path, text }: SourceFile): readonly Import[] =>
  [...text.matchAll(IMPORT)].map(([, type, ...specifiers]) => {
    const specifier = specifiers.find((one) => one !== undefined) ?? '';
    const target = specifier.startsWith('.') ? posix.join(dirname(path), specifier) : specifier;
    return { target, ofTypes: type !== undefined };
  });
