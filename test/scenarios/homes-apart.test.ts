import { App } from 'hassette';
import { runApp } from 'hassette/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const NAMES = ['default', 'cabin', 'attic'] as const;
const IDS = ['light.a', 'light.b', 'sensor.c'] as const;

/** Notes what it is told, by home, and what it knew of each entity before. */
class Notebook extends App {
  readonly known = new Map<string, string | undefined>();
  readonly wrong: string[] = [];

  override async onInitialize() {
    for (const home of Object.values(this.homes)) {
      await home.whenReady();
      for (const id of IDS) this.known.set(`${home.name} ${id}`, home.states.get(id)?.state);
      home.bus.onStateChange([...IDS], ({ entityId, from, to }) => {
        const key = `${home.name} ${entityId}`;
        if (this.known.get(key) !== from?.state) this.wrong.push(`${key}: from ${from?.state}`);
        this.known.set(key, to?.state);
      });
      for (const kind of ['connected', 'disconnected'] as const) {
        const note = (event: { readonly home: string }): void => {
          if (event.home !== home.name) this.wrong.push(`${home.name}: ${kind} of ${event.home}`);
        };
        if (kind === 'connected') home.bus.onConnected(note);
        else home.bus.onDisconnected(note);
      }
    }
  }
}

type Act =
  | { readonly kind: 'set'; readonly home: number; readonly id: number; readonly value: number }
  | { readonly kind: 'kill' | 'start' | 'drop' | 'restart'; readonly home: number }
  | { readonly kind: 'wait'; readonly seconds: number };

const home = fc.nat(NAMES.length - 1);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('set' as const), home, id: fc.nat(2), value: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('kill', 'start', 'drop', 'restart'), home }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 90 }) }) },
);

it(
  'of three homes, whatever becomes of each, every one is known as it is, and told without a gap',
  { timeout: 60_000 },
  () =>
    fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
        const states = { 'light.a': 'off', 'light.b': 'on', 'sensor.c': '0' };
        const isUp = new Map<string, boolean>(NAMES.map((name) => [name, true]));
        await using t = await runApp(Notebook, { home: states, homes: { cabin: { states }, attic: { states } } });
        const start = (name: string): void => {
          if (isUp.get(name) === false) t.in(name).home.start();
          isUp.set(name, true);
        };
        for (const { kind, ...about } of acts) {
          if ('seconds' in about) {
            await t.advance({ seconds: about.seconds });
            continue;
          }
          const name = NAMES[about.home] ?? 'default';
          const at = t.in(name).home;
          const id = 'id' in about ? IDS[about.id] : undefined;
          if (id !== undefined && 'value' in about)
            at.setState(id, id === 'sensor.c' ? String(about.value) : (['on', 'off'][about.value % 2] ?? 'on'));
          else if (kind === 'start') start(name);
          else if (isUp.get(name) === true) {
            if (kind === 'kill') {
              at.kill();
              isUp.set(name, false);
            } else if (kind === 'drop') at.dropConnections();
            else at.restart();
          }
        }
        for (const name of NAMES) start(name);
        await t.advance('5m');
        const { known, wrong } = t.app;
        expect(wrong).toEqual([]);
        for (const name of NAMES) {
          const found = IDS.map((id) => known.get(`${name} ${id}`));
          expect([name, ...found]).toEqual([name, ...IDS.map((id) => t.in(name).state(id))]);
        }
      }),
      { numRuns: 40 },
    ),
);
