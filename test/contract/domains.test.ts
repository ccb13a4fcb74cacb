import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOT_REQUIRED, SUBSTITUTES, UNDESCRIBED } from '../../src/home-assistant/domains/corrections.ts';
import { describedBy, type HomeDescriptions } from '../../src/home-assistant/domains/home-descriptions.ts';
import { domainOf } from '../../src/home-assistant/states/entity-state.ts';
import { askForDescriptions } from '../domains/home-answers.ts';
import { readRecording } from '../domains/domain-files.ts';
import { typedServices } from '../domains/typed-services.ts';
import { type OpenApi, openApi, openApiHome } from './api-client.ts';
import { type ContractHome, onRealHome } from './homes.ts';

let contract: ContractHome;
let t: OpenApi;
beforeAll(async () => {
  contract = await openApiHome();
  t = await openApi(contract);
});
afterAll(async () => {
  await t[Symbol.asyncDispose]();
  await contract[Symbol.asyncDispose]();
});

describe('the types of services', () => {
  it('name services that the home has, with the fields that it describes', () => {
    const wrong: string[] = [];
    let held = 0;
    const domains = new Set([...t.home.serviceIds()].map(domainOf));
    for (const typed of typedServices()) {
      const service = t.home.service(typed.id);
      if (typeof service !== 'object') {
        // The simulated home has the services that it plays, and a real one all those of what it has set up.
        if (onRealHome && domains.has(domainOf(typed.id))) wrong.push(`${typed.id}: there is none`);
        continue;
      }
      held += 1;
      for (const name of [...typed.needs, ...typed.may]) {
        const path = `${typed.id}.${name}`;
        if (onRealHome && !service.fields.has(name) && UNDESCRIBED[path] === undefined) wrong.push(`${path}: no field`);
      }
      for (const [name, field] of service.fields) {
        const path = `${typed.id}.${name}`;
        if (![...typed.needs, ...typed.may].includes(name)) wrong.push(`${path}: has no type`);
        const needed = field.required === true && SUBSTITUTES[path] === undefined && !NOT_REQUIRED.has(path);
        // The simulated home describes as required whatever its schema requires.
        if (onRealHome && needed !== typed.needs.includes(name))
          wrong.push(`${path}: ${needed ? 'is required' : 'may be left out'}`);
      }
      if ((typed.kind === 'EntityService') !== service.actsOnOwnEntities) wrong.push(`${typed.id}: ${typed.kind}`);
    }
    expect(wrong).toEqual([]);
    expect(held).toBeGreaterThan(onRealHome ? 200 : 40);
  });

  it('give methods whose names lead back to their services', async () => {
    const made = typedServices().filter(({ kind }) => kind === 'EntityService');
    expect(made.length).toBeGreaterThan(150);
    for (const { id } of made) {
      const name = id.slice(id.indexOf('.') + 1);
      const method = name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      expect(method.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)).toBe(name);
    }
    expect(t.warnings).toEqual([]);
  });
});

describe.runIf(onRealHome)('the descriptions of a real home', () => {
  /** What the recording says of a domain that this home has, in whatever it is not the same. */
  function differences(here: HomeDescriptions, recorded: HomeDescriptions): readonly string[] {
    return Object.keys(here.services)
      .filter((domain) => JSON.stringify(here.services[domain]) !== JSON.stringify(recorded.services[domain]))
      .map((domain) => `services of ${domain}`)
      .concat(
        Object.keys(here.words)
          .filter((domain) => JSON.stringify(here.words[domain]) !== JSON.stringify(recorded.words[domain]))
          .map((domain) => `words of ${domain}`),
      );
  }

  it('are those of the recording, of a home of its release', async () => {
    const here = describedBy(await askForDescriptions(contract));
    const recorded = readRecording();
    if (here.version !== recorded.version) return;
    expect(differences(here, recorded)).toEqual([]);
    expect(here.numericDeviceClasses).toEqual(recorded.numericDeviceClasses);
  });

  it('say of every entity that is there what its state stands for', () => {
    const without = [...t.home.mirror.entityIds()]
      .flatMap((entityId) => t.home.mirror.get(entityId) ?? [])
      .filter((state) => state.available && state.value === undefined);
    expect(without.map(({ entityId, state }) => `${entityId}: ${state}`)).toEqual([]);
    expect(t.home.mirror.get('date.date')?.date?.toString()).toBe('2020-01-01');
    expect(t.home.mirror.get('datetime.date_and_time')?.instant?.toString()).toBe('2020-01-01T12:00:00Z');
    expect(t.home.mirror.get('time.time')?.time?.toString()).toBe('12:00:00');
    expect(t.home.mirror.get('input_datetime.appointment')?.instant?.toString()).toBe('2030-01-02T02:04:05Z');
    expect(t.home.mirror.get('select.speed')?.options).toContain('ridiculous_speed');
  });
});
