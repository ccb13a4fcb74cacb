import { describe, expect, it } from 'vitest';
import { wroteEverythingSince } from '../../../src/home-assistant/protocol/restart.ts';

const written = (lc: number, lu?: number) => ({ s: 'on', a: {}, c: '', lc, ...(lu === undefined ? {} : { lu }) });

describe('wroteEverythingSince', () => {
  it('is so where every state is younger', () => {
    expect(wroteEverythingSince({ 'a.a': written(11), 'a.b': written(12) }, 10_000)).toBe(true);
  });

  it('is not so where one state is as it was', () => {
    expect(wroteEverythingSince({ 'a.a': written(11), 'a.b': written(9) }, 10_000)).toBe(false);
  });

  it('is not so where one was written at the very moment the home was last heard', () => {
    expect(wroteEverythingSince({ 'a.a': written(10) }, 10_000)).toBe(false);
  });

  it('goes by the update, not the change, which some integrations carry over a restart', () => {
    expect(wroteEverythingSince({ 'a.a': written(5, 11) }, 10_000)).toBe(true);
  });

  it('cannot be told from a home without entities', () => {
    expect(wroteEverythingSince({}, 10_000)).toBe(false);
  });
});
