import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getReferencesInExpression, parse } from '@cdktn/hcl2json';

export const terraformFolder = fileURLToPath(new URL('../../terraform', import.meta.url));

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
/** A block's arguments, and the blocks in it as arrays. */
export type Block = Readonly<Record<string, Json>>;

/** An expression of a module, and the names that it refers to, split at dots. */
export interface Expression {
  readonly file: string;
  /** Keys on the way to it, as in `resource aws_kms_key this 0 policy`. */
  readonly path: readonly string[];
  readonly text: string;
  readonly references: readonly (readonly string[])[];
}

export interface Module {
  /** Relative to terraform/: `modules/network`. */
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly variables: ReadonlyMap<string, Block>;
  readonly outputs: ReadonlyMap<string, Block>;
  readonly locals: ReadonlyMap<string, Json>;
  readonly calls: ReadonlyMap<string, Block>;
  /** By address: `aws_kms_key.this`, `data.aws_region.current`, `ephemeral.random_password.this`. */
  readonly objects: ReadonlyMap<string, Block>;
  readonly terraform: readonly Block[];
  readonly providers: ReadonlyMap<string, Block>;
  readonly expressions: readonly Expression[];
}

const isBlock = (json: Json | undefined): json is Block =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** The blocks of a kind in a block, none where there is none. */
export const blocksOf = (block: Block, kind: string): readonly Block[] => {
  const inside = block[kind];
  return Array.isArray(inside) ? (inside as readonly Json[]).filter(isBlock) : [];
};

const entriesOf = (json: Json | undefined): readonly (readonly [string, Json])[] =>
  isBlock(json) ? Object.entries(json) : [];

const first = (json: Json): Block => {
  const block = Array.isArray(json) ? (json as readonly Json[])[0] : json;
  if (!isBlock(block)) throw new Error('a block was expected');
  return block;
};

const known = new Map<string, Promise<readonly (readonly string[])[]>>();

const referencesOf = (text: string): Promise<readonly (readonly string[])[]> => {
  const found =
    known.get(text) ??
    getReferencesInExpression('expression.tf', text).then((references) =>
      references.map(({ value }) => value.split('.').map((part) => part.replaceAll('"', ''))),
    );
  known.set(text, found);
  return found;
};

const expressionsIn = async (file: string, json: Json, path: readonly string[]): Promise<readonly Expression[]> => {
  if (typeof json === 'string')
    return json.includes('${') ? [{ file, path, text: json, references: await referencesOf(json) }] : [];
  if (typeof json !== 'object' || json === null) return [];
  const inside: Expression[] = [];
  for (const [key, value] of Object.entries(json)) inside.push(...(await expressionsIn(file, value, [...path, key])));
  return inside;
};

const moduleAt = async (folder: string, kinds: readonly string[] | undefined): Promise<Module> => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.tf'));
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  const variables = new Map<string, Block>();
  const outputs = new Map<string, Block>();
  const locals = new Map<string, Json>();
  const calls = new Map<string, Block>();
  const objects = new Map<string, Block>();
  const providers = new Map<string, Block>();
  const terraform: Block[] = [];
  const expressions: Expression[] = [];
  for (const [name, text] of Object.entries(files)) {
    const parsed = (await parse(join(folder, name), text)) as Block;
    for (const [key, value] of entriesOf(parsed.variable)) variables.set(key, first(value));
    for (const [key, value] of entriesOf(parsed.output)) outputs.set(key, first(value));
    for (const [key, value] of entriesOf(parsed.module)) calls.set(key, first(value));
    for (const [key, value] of entriesOf(parsed.provider)) providers.set(key, first(value));
    for (const block of blocksOf(parsed, 'locals')) for (const [key, value] of entriesOf(block)) locals.set(key, value);
    terraform.push(...blocksOf(parsed, 'terraform'));
    for (const [kind, prefix] of [
      ['resource', ''],
      ['data', 'data.'],
      ['ephemeral', 'ephemeral.'],
    ] as const)
      for (const [type, named] of entriesOf(parsed[kind]))
        for (const [key, value] of entriesOf(named)) objects.set(`${prefix}${type}.${key}`, first(value));
    for (const [kind, blocks] of entriesOf(parsed))
      if (kinds === undefined || kinds.includes(kind)) expressions.push(...(await expressionsIn(name, blocks, [kind])));
  }
  const name = relative(terraformFolder, folder);
  return { name, files, variables, outputs, locals, calls, objects, terraform, providers, expressions };
};

/**
 * Every module and environment under terraform/. Rejects where a file is no HCL, naming file and line.
 * @param kinds of blocks whose expressions are wanted, all by default: finding what they refer to takes most of the time.
 */
export const readModules = async (kinds?: readonly string[]): Promise<readonly Module[]> => {
  const folders = new Set<string>();
  const visit = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      if (name.startsWith('.')) continue;
      const path = join(folder, name);
      if (statSync(path).isDirectory()) visit(path);
      else if (name.endsWith('.tf')) folders.add(dirname(path));
    }
  };
  visit(terraformFolder);
  const modules: Module[] = [];
  for (const folder of [...folders].toSorted()) modules.push(await moduleAt(folder, kinds));
  return modules;
};

/** The name of the module that a call's `source` means. */
export const sourceOf = (caller: Module, call: Block): string =>
  relative(terraformFolder, join(terraformFolder, caller.name, String(call.source)));
