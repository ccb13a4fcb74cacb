import { describe, expect, it } from 'vitest';
import { afterHearing, afterProbe, UNKNOWN_OFFSET } from '../../../src/home-assistant/protocol/clock-offset.ts';

describe('the clock offset', () => {
  it('is none until something is known', () => {
    expect(UNKNOWN_OFFSET.offsetMs).toBe(0);
  });

  it('lies in the middle of a question and its answer', () => {
    const known = afterProbe(UNKNOWN_OFFSET, { sentMs: 1000, homeMs: 6010, receivedMs: 1020 });
    expect(known).toEqual({ offsetMs: 5000, errorMs: 10 });
  });

  it('is not given up for a slow answer that agrees', () => {
    const known = { offsetMs: 5000, errorMs: 2 };
    expect(afterProbe(known, { sentMs: 0, homeMs: 5400, receivedMs: 1000 })).toBe(known);
  });

  it('follows a slow answer that contradicts: the clock was set', () => {
    const known = { offsetMs: 5000, errorMs: 2 };
    expect(afterProbe(known, { sentMs: 0, homeMs: 100_500, receivedMs: 1000 })).toEqual({
      offsetMs: 100_000,
      errorMs: 500,
    });
  });

  it('follows a newer answer that is about as good: clocks drift', () => {
    const known = { offsetMs: 5000, errorMs: 2 };
    expect(afterProbe(known, { sentMs: 0, homeMs: 5015, receivedMs: 20 })).toEqual({ offsetMs: 5005, errorMs: 10 });
  });

  it('grows where the home dates something later than it could be', () => {
    expect(afterHearing({ offsetMs: 0, errorMs: 5 }, 10_000, 4000)).toEqual({ offsetMs: 6000, errorMs: 5 });
  });

  it('says nothing about what may just have taken its time', () => {
    const known = { offsetMs: 0, errorMs: 5 };
    expect(afterHearing(known, 10_000, 14_000)).toBe(known);
  });
});
