import { describe, expect, it } from 'vitest';
import { departures } from './readme-blocks.ts';

const json = (printed: object, answer: object | string) =>
  departures(
    { kind: 'json', text: JSON.stringify(printed) },
    typeof answer === 'string' ? answer : JSON.stringify(answer),
  );
const text = (printed: string, answer: string) => departures({ kind: 'text', text: printed }, answer);

describe('an answer printed in a page', () => {
  it('may leave out fields and the end of a list, and put … for anything', () => {
    expect(json({ id: '…', seats: [1, '…'] }, { id: 'x', seats: [1, 2], more: true })).toEqual([]);
    expect(json({ at: '…T09:00:00…' }, { at: '2026-01-01T09:00:00Z' })).toEqual([]);
  });

  it('is not what another value, another length, a missing field or no JSON is', () => {
    expect(json({ seats: 2 }, { seats: 3 })).toEqual(['answer.seats is 3, printed as 2']);
    expect(json([1], [1, 2])).toHaveLength(1);
    expect(json([1, '…'], [1])).toHaveLength(1);
    expect(json({ id: '…' }, {})).toHaveLength(1);
    expect(json({ at: '…T09' }, { at: 'T10' })).toHaveLength(1);
    expect(json({ a: 1 }, 'curl: (7) Failed')).toHaveLength(1);
  });

  it('as text has its lines in their order', () => {
    expect(text('a,b\n1,…', 'a,b\n0,0\n1,2.5\n')).toEqual([]);
    expect(text('1,…\na,b', 'a,b\n1,2.5\n')).toHaveLength(1);
    expect(text('a.b', 'axb')).toHaveLength(1);
  });
});
