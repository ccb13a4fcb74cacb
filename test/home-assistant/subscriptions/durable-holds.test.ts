import { describe, expect, it } from 'vitest';
import { resumptionOf } from '../../../src/home-assistant/subscriptions/durable-holds.ts';

describe('resumptionOf', () => {
  it.each([
    // status, its condition holds, the entity came back, what becomes of it
    ['waiting', true, false, 'keep'],
    ['waiting', true, true, 'anew'],
    ['waiting', false, false, 'forget'],
    ['claimed', true, false, 'interrupted'],
    ['claimed', true, true, 'anew'],
    ['claimed', false, false, 'forget'],
    ['settled', true, false, 'rest'],
    ['settled', true, true, 'anew'],
    ['settled', false, false, 'forget'],
  ] as const)(
    'of a hold that is %s, its condition true: %s, back since: %s, is %s',
    (status, holds, cameBack, becomes) => {
      expect(resumptionOf(status, holds, cameBack)).toBe(becomes);
    },
  );
});
