/** What of a `tokenizer.json` with a unigram vocabulary is changed here; the rest is kept as it is. */
export interface UnigramTokenizer {
  readonly model: { readonly vocab: readonly (readonly [piece: string, score: number])[]; readonly unk_id: number };
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
}

/** Words begin with it. */
const SPACE = '▁';

/** Beside letters: digits, signs of ASCII and Latin-1, quotes, dashes and the euro as texts in these languages have them. */
const LATIN_CHARACTER = /^[\p{Script=Latin}\p{Nd}\u0020-\u00bf\u2010-\u203a\u20ac\u2122]$/u;

/** The ids of all pieces of one Latin character, with and without a space before it: what every other word is spelt with. */
export const latinCharacters = ({ model }: UnigramTokenizer): readonly number[] =>
  model.vocab.flatMap(([piece], id) => {
    const bare = piece.startsWith(SPACE) ? piece.slice(SPACE.length) : piece;
    return bare === '' || LATIN_CHARACTER.test(bare) ? [id] : [];
  });

/**
 * The tokenizer with the kept pieces and its special tokens only, in their old order with new ids. `rows[newId]` is the old id: the
 * rows of the embedding that go with it.
 * @throws Error when the last special tokens would not come last, as they must: their ids are not those of the vocabulary's order
 */
export const cutTokenizer = <T extends UnigramTokenizer>(
  tokenizer: T,
  kept: ReadonlySet<number>,
): { readonly tokenizer: T; readonly rows: readonly number[] } => {
  const special = new Set(tokenizer.added_tokens.map(({ id }) => id));
  const rows = tokenizer.model.vocab.flatMap((_, id) => (kept.has(id) || special.has(id) ? [id] : []));
  const newIds = new Map(rows.map((oldId, newId) => [oldId, newId]));
  const renumbered = (id: number): number => {
    const newId = newIds.get(id);
    if (newId === undefined) throw new Error(`the special token ${id} is not in the vocabulary`);
    return newId;
  };
  const cut = {
    ...tokenizer,
    added_tokens: tokenizer.added_tokens.map((token) => ({ ...token, id: renumbered(token.id) })),
    model: {
      ...tokenizer.model,
      unk_id: renumbered(tokenizer.model.unk_id),
      vocab: rows.map((id) => tokenizer.model.vocab[id]),
    },
  };
  return { tokenizer: cut, rows };
};
