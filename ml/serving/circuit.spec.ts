import { describe, expect, it } from 'vitest';
import { afterDeath, afterStart, CLOSED, restartPause } from './circuit.ts';
import { Strikes } from './strikes.ts';

describe('the circuit of the pool', () => {
  const limits = { restartMs: 100, longestRestartMs: 1_000 };

  it('opens when the process dies and is half-open when it is up again', () => {
    expect(afterStart(CLOSED).state).toBe('closed');
    expect(afterDeath(CLOSED)).toEqual({ state: 'open', deaths: 1 });
    expect(afterStart(afterDeath(CLOSED))).toEqual({ state: 'half-open', deaths: 1 });
  });

  it('waits longer from death to death, up to a limit, and not at all after the first', () => {
    let circuit = CLOSED;
    const pauses = Array.from({ length: 7 }, () => {
      circuit = afterDeath(circuit);
      return restartPause(circuit, limits);
    });
    expect(pauses).toEqual([0, 100, 200, 400, 800, 1_000, 1_000]);
  });
});

describe('strikes', () => {
  it('bar the model that killed the process too often, until they are forgotten', () => {
    const strikes = new Strikes(3);
    for (let death = 0; death < 3; death++) {
      expect(strikes.isBarred('bad')).toBe(false);
      strikes.died(['bad']);
    }
    expect(strikes.isBarred('bad')).toBe(true);
    strikes.answered('bad');
    expect(strikes.isBarred('bad')).toBe(true);
    strikes.forget('bad');
    expect(strikes.isBarred('bad')).toBe(false);
  });

  it('spare a model that answers and only stood beside one that kills', () => {
    const strikes = new Strikes(3);
    for (let death = 0; death < 10; death++) {
      strikes.died(['bad', 'good']);
      for (let answer = 0; answer < 30; answer++) strikes.answered('good');
    }
    expect(strikes.isBarred('bad')).toBe(true);
    expect(strikes.isBarred('good')).toBe(false);
  });
});
