import { describe, expect, it } from 'vitest';
import { HomeUnknown } from '../../src/apps/app-errors.ts';
import { chooseHome } from '../../src/apps/home-choice.ts';

const app = 'lamp';

describe('the home that an app works on', () => {
  it.each([
    { configured: 'cabin', ofClass: 'house', homes: ['house', 'cabin'], chosen: 'cabin' },
    { configured: undefined, ofClass: 'cabin', homes: ['default', 'cabin'], chosen: 'cabin' },
    { configured: undefined, ofClass: undefined, homes: ['cabin'], chosen: 'cabin' },
    { configured: undefined, ofClass: undefined, homes: ['cabin', 'default'], chosen: 'default' },
  ])(
    'is $chosen of $homes, if the configuration says $configured and the class $ofClass',
    ({ homes, chosen, ...said }) => {
      expect(chooseHome({ app, ...said }, homes)).toBe(chosen);
    },
  );

  const wrong = (said: { configured?: string; ofClass?: string }, homes: readonly string[]): HomeUnknown => {
    try {
      chooseHome({ app, configured: undefined, ofClass: undefined, ...said }, homes);
    } catch (error) {
      if (error instanceof HomeUnknown) return error;
    }
    throw new Error('it was chosen');
  };

  it('has to be one that there is', () => {
    expect(wrong({ configured: 'cabbin' }, ['default', 'cabin'])).toMatchObject({
      message: 'There is no home "cabbin"; did you mean "cabin"?',
      hint: 'Homes are default, cabin. Say which by apps.lamp.home.',
    });
  });

  it('is not another in place of the one that the class was written for', () => {
    expect(wrong({ ofClass: 'cabin' }, ['default'])).toMatchObject({
      message: 'There is no home "cabin"',
      hint: expect.stringContaining('Its class says so.'),
    });
  });

  it('has to be said where there are several and none is the default one', () => {
    expect(wrong({}, ['house', 'cabin'])).toMatchObject({
      message: 'Nothing says which home lamp works on, and there are several: house, cabin',
      hint: 'Say it by apps.lamp.home, or call one of the homes "default".',
    });
  });
});
