import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkAppConfig, checkDefaults, homeReferences } from '../../src/apps/app-config.ts';
import { areaId, duration, entityId } from '../../src/apps/schemas.ts';

const Schema = z
  .object({
    light: entityId('light'),
    offAfter: duration().default('5m'),
    motion: z.union([entityId('binary_sensor'), z.array(entityId('binary_sensor')).min(1)]),
    brightness: z.number().int().min(1).max(100).default(60),
    mode: z.enum(['day', 'night']).default('day'),
    slots: z.array(z.object({ at: z.string(), area: areaId().optional() })).default([]),
    low: z.number().default(1),
    high: z.number().default(2),
    apiToken: z.string().min(10).optional(),
  })
  .refine(({ low, high }) => low <= high, { path: ['low'], message: 'must not be above high' });

const right = { light: 'light.a', motion: 'binary_sensor.a' };

async function problemsOf(input: unknown): Promise<readonly string[]> {
  const checked = await checkAppConfig(Schema, input, ['apps', 'hall', 'config']);
  return checked.kind === 'right'
    ? []
    : checked.problems.map(
        ({ path, message, nearest }) => `${path}: ${message}${nearest === undefined ? '' : ` ~ ${nearest}`}`,
      );
}

describe('checkAppConfig', () => {
  it('gives the output of the schema, frozen all the way down', async () => {
    const checked = await checkAppConfig(Schema, { ...right, slots: [{ at: 'noon' }] }, []);
    if (checked.kind !== 'right') throw new Error('it is right');
    expect(checked.config).toMatchObject({ light: 'light.a', offAfter: '5m', slots: [{ at: 'noon' }] });
    expect(() => Object.assign((checked.config as { slots: object[] }).slots[0] ?? {}, { at: 'one' })).toThrow(
      TypeError,
    );
  });

  it('tells all that is wrong at once, with path, what was found and what was expected', async () => {
    expect(
      await problemsOf({
        light: 'switch.a',
        motion: [],
        offAfter: 'soon',
        brightness: 0,
        mode: 'nigt',
        slots: [{ at: 3 }],
      }),
    ).toEqual([
      'apps.hall.config.light: found "switch.a", expected an entity id of the domain light, such as "light.kitchen"',
      'apps.hall.config.offAfter: found "soon", expected a duration, such as "30s", "5m" or "1h30m"',
      'apps.hall.config.motion: found a list, expected a list of at least 1',
      'apps.hall.config.brightness: found 0, expected a number of at least 1',
      'apps.hall.config.mode: found "nigt", expected one of "day", "night" ~ night',
      'apps.hall.config.slots[0].at: found 3, expected a text',
    ]);
  });

  it('names the nearest known key of one that is not known, and does not tell that one as missing', async () => {
    expect(
      await problemsOf({ lihgt: 'light.a', motion: 'binary_sensor.a', slots: [{ at: 'noon', areaa: 'x' }] }),
    ).toEqual([
      'apps.hall.config.lihgt: the key is not known ~ light',
      'apps.hall.config.slots[0].areaa: the key is not known ~ area',
    ]);
  });

  it('tells a rule between fields in its own words', async () => {
    expect(await problemsOf({ ...right, low: 3 })).toEqual(['apps.hall.config.low: must not be above high (it is 3)']);
  });

  it('does not show what may be a secret', async () => {
    const [problem] = await problemsOf({ ...right, apiToken: 'hunter2' });
    expect(problem).toContain('expected a text of at least 10 characters');
    expect(problem).not.toContain('hunter2');
  });

  it('takes a configuration that is left out for an empty one', async () => {
    expect(await problemsOf(undefined)).toEqual([
      'apps.hall.config.light: "light" is missing, expected an entity id of the domain light, such as "light.kitchen"',
      expect.stringContaining('apps.hall.config.motion: "motion" is missing'),
    ]);
  });

  it('lets any key through where the schema does', async () => {
    const checked = await checkAppConfig(z.looseObject({ a: z.number() }), { a: 1, b: 2 }, []);
    expect(checked).toEqual({ kind: 'right', config: { a: 1, b: 2 } });
  });

  it('takes schemas whose checks are asynchronous', async () => {
    const schema = z.object({ a: z.number().refine((a) => Promise.resolve(a > 1), { error: 'too small' }) });
    expect((await checkAppConfig(schema, { a: 2 }, [])).kind).toBe('right');
    expect((await checkAppConfig(schema, { a: 1 }, [])).kind).toBe('wrong');
  });
});

describe('checkDefaults', () => {
  it('accepts what the schema itself accepts', () => {
    expect(() => checkDefaults(Schema, 'Hall')).not.toThrow();
  });

  it.each([
    ['at the top', z.object({ offAfter: duration().default('5 parsecs') }), 'offAfter'],
    ['within a list', z.object({ slots: z.array(z.object({ at: duration().default('x') })) }), 'slots.at'],
    ['behind optional', z.object({ n: z.number().min(3).default(1).optional() }), 'n'],
  ])('finds a wrong default %s', (_where, schema, path) => {
    expect(() => checkDefaults(schema, 'Hall')).toThrow(
      `of "${path}" in the schema of Hall is not what that field takes`,
    );
  });

  it('leaves alone what is made from something else, and schemas that contain themselves', () => {
    const made = z.object({ n: z.string().transform(Number).default(3) });
    interface Tree {
      readonly below?: Tree | undefined;
    }
    const tree: z.ZodType<Tree> = z.object({
      get below() {
        return tree.optional();
      },
    });
    expect(() => checkDefaults(made, 'Hall')).not.toThrow();
    expect(() => checkDefaults(tree, 'Hall')).not.toThrow();
  });
});

describe('homeReferences', () => {
  it('finds what a configuration names of the home, defaults included', () => {
    const schema = z.object({
      lamp: entityId('light').default('light.x'),
      many: z.array(entityId()),
      one: z.union([duration(), areaId()]).optional(),
    });
    expect(homeReferences(schema, { many: ['sensor.a', 'sensor.b'], one: 'attic' })).toEqual([
      { path: 'lamp', meaning: { kind: 'entity', domains: ['light'] }, value: 'light.x' },
      { path: 'many[0]', meaning: { kind: 'entity', domains: [] }, value: 'sensor.a' },
      { path: 'many[1]', meaning: { kind: 'entity', domains: [] }, value: 'sensor.b' },
      { path: 'one', meaning: { kind: 'area' }, value: 'attic' },
    ]);
  });
});
