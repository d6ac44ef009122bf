import type { Client, estypes } from '@elastic/elasticsearch';
import { LOCALES, type Locale } from '../../../contracts/texts.ts';
import { editsForgiven } from '../../language/typos.ts';
import type { IndexSchema, SearchDocument, Suggestion, SuggestQuery } from '../search.ts';
import { beginningsOf, type Completable, completions, typedBeginning } from '../suggestions.ts';
import { persistently } from './calls.ts';
import { completionField } from './mapping.ts';

/** More than asked for, so that the best of them can be chosen in the same way as everywhere. */
const MOST_CANDIDATES = 50;

/** What the engine completes from: for each language the beginnings of the document's text, under its tenant. */
export const completionOf = ({ completion }: IndexSchema, { tenant, texts }: SearchDocument): object => {
  const inputs = Object.entries(completion === undefined ? {} : (texts[completion] ?? {})).flatMap(
    ([locale, text]): [string, object][] => {
      const input = beginningsOf(text);
      return input.length === 0 ? [] : [[locale, { input, contexts: { tenant: [tenant] } }]];
    },
  );
  return inputs.length === 0 ? {} : { completion: Object.fromEntries(inputs) };
};

/** @throws SearchUnavailableError; ResponseError 404 when there is no such index. */
export const suggestions = async (
  client: Client,
  index: string,
  schema: IndexSchema,
  query: SuggestQuery,
  withinMs: number,
): Promise<readonly Suggestion[]> => {
  const { completion: field } = schema;
  const prefix = typedBeginning(query.text);
  if (field === undefined || prefix === '') return [];
  const fuzziness = editsForgiven(prefix.length);
  for (const edits of ['exact', 'with typos'] as const) {
    if (edits === 'with typos' && fuzziness === 0) break;
    const completer = (locale: Locale): estypes.SearchFieldSuggester => ({
      prefix,
      completion: {
        field: completionField(locale),
        size: MOST_CANDIDATES,
        contexts: { tenant: [{ context: query.tenant }] },
        ...(edits === 'exact' ? {} : { fuzzy: { fuzziness, prefix_length: 0, transpositions: true } }),
      },
    });
    const asked = Object.fromEntries(LOCALES.map((locale) => [locale, completer(locale)]));
    const answer = await persistently(withinMs, (requestTimeout) =>
      client.search<SearchDocument>(
        { index, size: 0, _source: ['id', `texts.${field}`], suggest: asked },
        { requestTimeout },
      ),
    );
    const found = completions(candidates(answer.suggest ?? {}, field), query, edits);
    if (found.length > 0) return found;
  }
  return [];
};

function* candidates(
  answer: NonNullable<estypes.SearchResponse<SearchDocument>['suggest']>,
  field: string,
): Generator<Completable> {
  for (const locale of LOCALES)
    for (const { options } of answer[locale] ?? [])
      for (const option of Array.isArray(options) ? options : [options]) {
        const document = '_source' in option ? option._source : undefined;
        const text = document?.texts[field]?.[locale];
        if (document !== undefined && text !== undefined)
          yield { id: document.id, locale, text, beginnings: beginningsOf(text) };
      }
}
