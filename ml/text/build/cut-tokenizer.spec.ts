import { describe, expect, it } from 'vitest';
import { cutTokenizer, latinCharacters } from './cut-tokenizer.ts';

const tokenizer = {
  version: '1.0',
  added_tokens: [
    { id: 0, content: '<s>' },
    { id: 1, content: '<unk>' },
    { id: 8, content: '<mask>' },
  ],
  model: {
    type: 'Unigram',
    unk_id: 1,
    vocab: [
      ['<s>', 0],
      ['<unk>', 0],
      ['▁', -1],
      ['ñ', -2],
      ['▁é', -3],
      ['日', -4],
      ['▁barco', -5],
      ['▁лодка', -6],
      ['<mask>', 0],
    ] as [string, number][],
  },
};

describe('cutting a vocabulary', () => {
  it('knows the pieces of one Latin character, with a space before them or not', () => {
    expect(latinCharacters(tokenizer)).toEqual([2, 3, 4]);
  });

  it('keeps pieces and special tokens in their order under new ids, and tells the old ones', () => {
    const cut = cutTokenizer(tokenizer, new Set([6, 2]));
    expect(cut.rows).toEqual([0, 1, 2, 6, 8]);
    expect(cut.tokenizer.model.vocab).toEqual([
      ['<s>', 0],
      ['<unk>', 0],
      ['▁', -1],
      ['▁barco', -5],
      ['<mask>', 0],
    ]);
    expect(cut.tokenizer.added_tokens.map(({ id }) => id)).toEqual([0, 1, 4]);
    expect(cut.tokenizer).toMatchObject({ version: '1.0', model: { type: 'Unigram', unk_id: 1 } });
    expect(tokenizer.model.vocab).toHaveLength(9);
  });

  it('refuses a vocabulary that lacks a special token', () => {
    const lacking = { ...tokenizer, added_tokens: [{ id: 20, content: '<pad>' }] };
    expect(() => cutTokenizer(lacking, new Set())).toThrow('special token 20');
  });
});
