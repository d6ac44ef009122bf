import { createHash, randomUUID } from 'node:crypto';
import type { Locale } from '../../contracts/texts.ts';
import type { IndexSchema, Search } from '../../infra/search/search.ts';

/** What people searched, counted by day, text, language and result. One document a count and process, so counts add up. */
export const searchFiguresSchema: IndexSchema = {
  name: 'search-figures',
  readers: 'analysts',
  texts: {},
  keywords: ['text', 'locale', 'result'],
  numbers: ['searches', 'hits', 'slow', 'day'],
  dates: ['day'],
};

export interface SearchMade {
  readonly tenant: string;
  /** As typed. */
  readonly text: string;
  readonly locale: Locale;
  /** How many products were found. */
  readonly hits: number;
  readonly milliseconds: number;
}

export interface SearchFigures {
  record(search: SearchMade): void;
  /** Writes what was counted since the last time. Rejects when the engine does not take it: it is kept for the next. */
  flush(): Promise<void>;
  /** Writes the rest and ends. */
  close(): Promise<void>;
}

interface Cell {
  readonly id: string;
  readonly tenant: string;
  readonly keywords: { readonly text: string; readonly locale: string; readonly result: string };
  readonly day: string;
  searches: number;
  hits: number;
  slow: number;
  written: number;
}

/** A text is shown from this search of a day on; people type names too, and those are nobody else's. */
const SHOWN_FROM = 3;
const RARE = '(rare)';
const EVERYTHING = '(everything)';
const LONGEST_TEXT = 60;
const MOST_TEXTS = 2_000;
const SLOW_MS = 200;
const FLUSH_MS = 30_000;

/**
 * Counts searches in memory and writes the counts now and then, so that a search costs nothing more. What a killed process had not
 * written is lost: these are figures, not facts.
 */
export const createSearchFigures = (options: {
  readonly search: Search;
  readonly clock: () => string;
  readonly flushMs?: number;
  readonly onWarning: (message: string, error: unknown) => void;
}): SearchFigures => {
  const { search, clock, flushMs = FLUSH_MS, onWarning } = options;
  const process = randomUUID();
  const cells = new Map<string, Cell>();
  const typed = new Map<string, number>();
  let today = '';
  let isThere = false;
  let flushing: Promise<void> = Promise.resolve();

  const shown = (tenant: string, text: string): string => {
    const plain = text.trim().toLowerCase().replaceAll(/\s+/g, ' ').slice(0, LONGEST_TEXT);
    if (plain === '') return EVERYTHING;
    const key = JSON.stringify([tenant, plain]);
    const times = (typed.get(key) ?? 0) + 1;
    if (times > 1 || typed.size < MOST_TEXTS) typed.set(key, times);
    return times < SHOWN_FROM ? RARE : plain;
  };

  const record = ({ tenant, text, locale, hits, milliseconds }: SearchMade): void => {
    const day = clock().slice(0, 'yyyy-mm-dd'.length);
    if (day !== today) typed.clear();
    today = day;
    const keywords = { text: shown(tenant, text), locale, result: hits === 0 ? 'nothing' : 'found' };
    const id = createHash('sha256')
      .update(JSON.stringify([process, tenant, day, ...Object.values(keywords)]))
      .digest('base64url');
    const cell = cells.get(id) ?? { id, tenant, keywords, day, searches: 0, hits: 0, slow: 0, written: 0 };
    cell.searches += 1;
    cell.hits += hits;
    cell.slow += milliseconds > SLOW_MS ? 1 : 0;
    cells.set(id, cell);
  };

  const write = async (): Promise<void> => {
    const changed = [...cells.values()].filter(({ searches, written }) => searches > written);
    if (changed.length === 0) return;
    if (!isThere) await search.ensure(searchFiguresSchema);
    isThere = true;
    const puts = changed.map(({ id, tenant, keywords, day, searches, hits, slow }) => ({
      put: {
        id,
        tenant,
        // It only grows, so a write that comes late changes nothing.
        version: searches,
        texts: {},
        keywords: { text: [keywords.text], locale: [keywords.locale], result: [keywords.result] },
        numbers: { searches, hits, slow, day: Date.parse(day) },
        source: {},
      },
    }));
    await search.write(searchFiguresSchema.name, puts);
    changed.forEach((cell, index) => {
      cell.written = puts[index]?.put.version ?? 0;
    });
    for (const { id, day, searches, written } of cells.values())
      if (day !== today && searches === written) cells.delete(id);
  };

  const flush = (): Promise<void> => {
    const next = flushing.catch(() => undefined).then(write);
    flushing = next;
    return next;
  };
  const timer = setInterval(
    () => void flush().catch((error: unknown) => onWarning('search figures wait', error)),
    flushMs,
  );
  timer.unref();
  return {
    record,
    flush,
    close: async () => {
      clearInterval(timer);
      await flush().catch((error: unknown) => onWarning('the last search figures are lost', error));
    },
  };
};
