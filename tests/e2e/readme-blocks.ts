import { readFileSync } from 'node:fs';

/** A command block of a page with the answer that is printed right after it. */
export interface Block {
  /** `sh`: run as printed. `sh run-by-ci`: a script of package.json. */
  readonly kind: 'sh' | 'sh run-by-ci';
  readonly commands: string;
  readonly answer: { readonly kind: 'json' | 'text'; readonly text: string } | undefined;
}

/** The command blocks of a Markdown page, in order. */
export const commandBlocks = (page: URL): readonly Block[] => {
  const fences = [...readFileSync(page, 'utf8').matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(
    ([, kind = '', text = '']) => ({
      kind,
      text,
    }),
  );
  return fences.flatMap(({ kind, text }, at): Block[] => {
    if (kind !== 'sh' && kind !== 'sh run-by-ci') return [];
    const next = fences[at + 1];
    const isAnswer = next?.kind === 'json' || next?.kind === 'text';
    return [
      { kind, commands: text, answer: isAnswer ? { kind: next.kind as 'json' | 'text', text: next.text } : undefined },
    ];
  });
};

/** Where an answer departs from what is printed; empty: it is as printed. `…` stands for anything. */
export const departures = (printed: NonNullable<Block['answer']>, answer: string): readonly string[] =>
  printed.kind === 'json'
    ? unlike(JSON.parse(printed.text), parsed(answer), 'answer')
    : missingLines(printed.text, answer);

const parsed = (answer: string): unknown => {
  try {
    return JSON.parse(answer);
  } catch {
    return `not JSON: ${answer}`;
  }
};

/** An object may have more fields than are printed; a list is printed whole unless it ends with "…". */
const unlike = (printed: unknown, actual: unknown, where: string): readonly string[] => {
  if (typeof printed === 'string' && printed.includes('…')) {
    const shown = typeof actual === 'string' ? actual : JSON.stringify(actual);
    return shown !== undefined && patternOf(printed).test(shown) ? [] : [`${where} is ${shown}, printed as ${printed}`];
  }
  if (Array.isArray(printed)) {
    if (!Array.isArray(actual)) return [`${where} is no list: ${JSON.stringify(actual)}`];
    const isOpen = printed.at(-1) === '…';
    const items = isOpen ? printed.slice(0, -1) : printed;
    if (isOpen ? actual.length <= items.length : actual.length !== items.length) {
      return [`${where} has ${actual.length} items: ${JSON.stringify(actual)}`];
    }
    return items.flatMap((item, at) => unlike(item, actual[at], `${where}[${at}]`));
  }
  if (printed !== null && typeof printed === 'object') {
    if (actual === null || typeof actual !== 'object') return [`${where} is no object: ${JSON.stringify(actual)}`];
    return Object.entries(printed).flatMap(([key, value]) =>
      unlike(value, (actual as Record<string, unknown>)[key], `${where}.${key}`),
    );
  }
  return printed === actual ? [] : [`${where} is ${JSON.stringify(actual)}, printed as ${JSON.stringify(printed)}`];
};

/** Each printed line must come, in their order; what comes between them is left out of the page. */
const missingLines = (printed: string, answer: string): readonly string[] => {
  const lines = answer.split('\n').map(evenlySpaced);
  return printed
    .trimEnd()
    .split('\n')
    .filter((line) => {
      const at = lines.findIndex((one) => patternOf(evenlySpaced(line)).test(one));
      lines.splice(0, at + 1);
      return at === -1;
    })
    .map((line) => `no line like: ${line}\nin: ${answer}`);
};

/** Columns are as wide as what is in them. */
const evenlySpaced = (line: string): string => line.trim().replaceAll(/ +/g, ' ');

const patternOf = (printed: string): RegExp =>
  new RegExp(
    `^${printed
      .split('…')
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );
