import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { readTriggers } from '../../src/simulator/home-triggers.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';

/** A home with a trigger, and when it fired, in the home's time. */
function watch(trigger: unknown) {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-11-21T11:59:58.5Z') });
  const home = new SimulatedHome({ clock, states: { 'light.a': 'off', 'sensor.t': '19' } });
  const fired: string[] = [];
  const end = readTriggers(trigger)(home, ({ id }) => {
    const now = Temporal.Instant.fromEpochMilliseconds(clock.nowMs()).toZonedDateTimeISO('Europe/Amsterdam');
    fired.push(`${String(id)} ${now.toPlainTime().toString({ smallestUnit: 'second' })}`);
  });
  return { clock, home, fired, end };
}

describe('a trigger of the simulated home', () => {
  it('fires when a state has held for its length', async () => {
    const { clock, home, fired } = watch({ trigger: 'state', entity_id: 'light.a', to: 'on', for: { seconds: 10 } });
    home.setState('light.a', 'on');
    await clock.advanceBy(9000);
    home.setState('light.a', 'off');
    await clock.advanceBy(5000);
    home.setState('light.a', 'on');
    await clock.advanceBy(20_000);
    expect(fired).toEqual(['0 13:00:22']);
  });

  it('fires when a number comes within its bounds, not while it stays there', async () => {
    const { home, fired } = watch([
      { trigger: 'numeric_state', entity_id: 'sensor.t', above: 20, id: 'warm' },
      { trigger: 'numeric_state', entity_id: 'sensor.t', above: 18, below: 20, id: 'mild' },
    ]);
    for (const state of ['20', '21', '22', 'unavailable', '19.5', '30']) home.setState('sensor.t', state);
    expect(fired.map((each) => each.split(' ')[0])).toEqual(['warm', 'mild', 'warm']);
  });

  it('fires at times of day, by the clock of the home', async () => {
    const { clock, fired } = watch([{ trigger: 'time', at: ['13:00:00', '13:01:00'] }]);
    await clock.advanceBy(120_000);
    expect(fired).toEqual(['0 13:00:00', '0 13:01:00']);
  });

  it.each([
    [{ minutes: '/5' }, ['0 13:00:00', '0 13:05:00', '0 13:10:00']],
    [
      { seconds: '30' },
      Array.from({ length: 13 }, (_, minute) => `0 13:${String(minute).padStart(2, '0')}:30`).slice(0, 12),
    ],
    [{ hours: '*' }, ['0 13:00:00']],
  ])('fires by the pattern %j', async (pattern, times) => {
    const { clock, fired, end } = watch({ trigger: 'time_pattern', ...pattern });
    await clock.advanceBy(12 * 60_000);
    expect(fired).toEqual(times);
    end();
    expect(clock.timers().filter(({ label }) => label.includes('trigger'))).toEqual([]);
  });

  it.each([
    [{ trigger: 'nope' }, "Invalid trigger 'nope' specified"],
    [{ trigger: 'sun', event: 'sunset' }, "The simulated home has no triggers of the kind 'sun'"],
    [{ trigger: 'template' }, "required key not provided at 'value_template'"],
    [{ trigger: 'template', value_template: '{{ x' }, 'invalid template (TemplateSyntaxError: '],
    [{ trigger: 'webhook' }, "required key not provided at 'webhook_id'"],
    [{ trigger: 'state' }, "required key not provided at 'entity_id'"],
    [{ trigger: 'numeric_state', entity_id: 'sensor.t' }, 'must contain at least one of below, above'],
    [{ trigger: 'time' }, "required key not provided at 'at'"],
    [{ trigger: 'time_pattern' }, 'must contain at least one of hours, minutes, seconds'],
  ])('is refused where it is %j', (trigger, message) => {
    expect(() => readTriggers(trigger)).toThrow(message);
  });
});

describe('triggers of the simulated home that look at more', () => {
  it('fire when a template becomes true, and not while it stays so', () => {
    const { home, fired } = watch({ trigger: 'template', value_template: "{{ states('sensor.t') | float > 20 }}" });
    for (const state of ['21', '22', '19', '23']) home.setState('sensor.t', state);
    expect(fired).toHaveLength(2);
  });

  it('wait for a template to hold as long as is asked', async () => {
    const value = "{{ is_state('light.a', 'on') }}";
    const { clock, home, fired } = watch({ trigger: 'template', value_template: value, for: { seconds: 10 } });
    home.setState('light.a', 'on');
    await clock.advanceBy(9000);
    home.setState('light.a', 'off');
    await clock.advanceBy(60_000);
    expect(fired).toEqual([]);
    home.setState('light.a', 'on');
    await clock.advanceBy(10_000);
    expect(fired).toEqual(['0 13:01:17']);
  });

  it('follow an entity that shows a time, when that is set anew', async () => {
    const { clock, home, fired } = watch({ trigger: 'time', at: 'input_datetime.wake' });
    home.setState('input_datetime.wake', '13:05:00', { has_date: false, has_time: true });
    await clock.advanceBy(60_000);
    home.setState('input_datetime.wake', '13:02:00');
    await clock.advanceBy(600_000);
    expect(fired).toEqual(['0 13:02:00']);
  });

  it('keep to the days of the week', async () => {
    // The 21st of November 2026 is a Saturday.
    const { clock, fired } = watch({ trigger: 'time', at: '13:01:00', weekday: ['mon'] });
    await clock.advanceBy(40 * 3_600_000);
    expect(fired).toEqual([]);
    await clock.advanceBy(10 * 3_600_000);
    expect(fired).toEqual(['0 13:01:00']);
  });
});
