import type { Locale } from '../../../contracts/texts.ts';
import type { IndexSchema, Search, SearchDocument, SearchQuery, SearchResult } from '../../../infra/search/search.ts';

export const schema: IndexSchema = {
  name: 'tours.v1',
  texts: { title: { boost: 4 }, description: { boost: 1 } },
  keywords: ['city', 'tags'],
  numbers: ['price', 'rating', 'since'],
  dates: ['since'],
  points: ['place'],
  vectors: { meaning: 3 },
  completion: 'title',
};

type Texts = Partial<Record<Locale, string>>;

export const tour = (
  id: string,
  title: Texts,
  {
    description = {},
    tenant = 't1',
    version = 1,
    ...rest
  }: Partial<Omit<SearchDocument, 'texts'>> & { description?: Texts } = {},
): SearchDocument => ({
  ...{ id, tenant, version, texts: { title, description }, keywords: {}, numbers: {}, source: { id } },
  ...rest,
});

/** The engine that the tests of a part talk to, with an index of tours that each test begins with empty. */
export interface SearchUnderTest {
  readonly search: Search;
  given(...tours: SearchDocument[]): Promise<void>;
  query(asked: Partial<SearchQuery>): Promise<SearchResult>;
  /** Ids of the hits in their order. */
  ids(text: string, asked?: Partial<SearchQuery>): Promise<string[]>;
  /** Ids of the hits by name, in one text. */
  found(text: string, asked?: Partial<SearchQuery>): Promise<string>;
  /** The tours that a company offers in four languages. */
  company(): Promise<void>;
}

export const searchUnderTest = (searchNow: () => Search): SearchUnderTest => {
  const given = (...tours: SearchDocument[]): Promise<void> =>
    searchNow().write(
      schema.name,
      tours.map((put) => ({ put })),
    );
  const query = (asked: Partial<SearchQuery>): Promise<SearchResult> =>
    searchNow().query(schema.name, { tenant: 't1', limit: 50, ...asked });
  const ids = async (text: string, asked: Partial<SearchQuery> = {}): Promise<string[]> =>
    (await query({ text, ...asked })).hits.map(({ id }) => id);
  const found = async (text: string, asked: Partial<SearchQuery> = {}): Promise<string> =>
    (await ids(text, asked)).sort().join(' ');

  const company = (): Promise<void> =>
    given(
      tour('sail', {
        en: 'Sailing trip at sunset',
        es: 'Paseo en velero al atardecer',
        pt: 'Passeio de veleiro ao pôr do sol',
        fr: 'Balade en voilier au coucher du soleil',
      }),
      tour('walk', {
        en: 'Walking tour of the old town',
        es: 'Excursión a pie por el casco antiguo',
        pt: 'Caminhada pela cidade velha',
        fr: 'Visite à pied de la vieille ville',
      }),
      tour('beach', { es: 'Día de playa en Tulum', en: 'Beach day in Tulum' }),
      tour('paulo', { pt: 'Tour gastronômico em São Paulo', fr: 'Tour gastronomique à São Paulo' }),
      tour('volcano', { es: 'Ascenso al volcán Paricutín', fr: 'Ascension du volcan Paricutín, cœur du Michoacán' }),
    );
  return {
    get search() {
      return searchNow();
    },
    given,
    query,
    ids,
    found,
    company,
  };
};
