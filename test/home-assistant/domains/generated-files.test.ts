import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { knownService } from '../../../src/home-assistant/calls/known-service.ts';
import {
  FIELD_TYPES,
  MEANINGS,
  NOT_REQUIRED,
  OPEN_DOMAINS,
  RESPONSES,
  SUBSTITUTES,
  UNDESCRIBED,
  WORDS_OF_OLD,
} from '../../../src/home-assistant/domains/corrections.ts';
import { generatedFiles } from '../../../src/home-assistant/domains/generated-files.ts';
import type { HomeDescriptions } from '../../../src/home-assistant/domains/home-descriptions.ts';
import { selectorType } from '../../../src/home-assistant/domains/selector-type.ts';
import { domainModels } from '../../../src/home-assistant/domains/state-source.ts';
import { laidOutFiles, readRecording } from '../../domains/domain-files.ts';

const recording = readRecording();
const services = new Map(
  Object.entries(recording.services).flatMap(([domain, described]) =>
    Object.entries(described).map(([name, description]) => {
      const service = knownService(`${domain}.${name}`, description);
      return [service.id, service] as const;
    }),
  ),
);

function fieldOf(path: string) {
  const [, service = '', name = ''] = /^([^.]+\.[^.]+)\.(.+)$/.exec(path) ?? [];
  expect([...services.keys()]).toContain(service);
  return services.get(service)?.fields.get(name);
}

function withService(description: HomeDescriptions['services'][string][string]): string {
  const files = generatedFiles({ ...recording, services: { my_domain: { act: description } } });
  return files['services.ts']?.replaceAll(/\s+/g, ' ') ?? '';
}

describe('the types of domains', () => {
  it('are what is made of the recording of a real home', async () => {
    for (const [path, text] of await laidOutFiles(recording)) {
      expect(readFileSync(path, 'utf8'), `${basename(path)} is old: npm run domains`).toBe(text);
    }
  });

  it('are of all the services and domains of the recording', () => {
    expect(services.size).toBeGreaterThan(250);
    expect(Object.keys(recording.services).length).toBeGreaterThan(60);
    const source = generatedFiles(recording)['services.ts'] ?? '';
    for (const id of services.keys()) expect(source).toContain(`\n'${id}': `);
    expect(domainModels(recording).length).toBeGreaterThan(55);
  });

  it('know a target, what is needed, and a response', () => {
    const target = { entity: [{ domain: ['my_domain'] }] };
    const fields = {
      level: { required: true, selector: { number: {} } },
      more: { fields: { note: { selector: { text: {} } } } },
    };
    expect(withService({ fields, target })).toContain(
      "'my_domain.act': EntityService<{ level: number; }, { note: string; }>;",
    );
    expect(withService({ fields: {}, target: {} })).toContain("'my_domain.act': TargetedService;");
    expect(withService({ fields: { entity_id: { selector: { entity: {} } } } })).toContain(
      "'my_domain.act': TargetedService<NoFields, { entity_id: string; }>;",
    );
    expect(withService({ fields: {} })).toContain("'my_domain.act': PlainService;");
    expect(withService({ fields: {}, response: { optional: false } })).toContain(
      "'my_domain.act': PlainService<NoFields, NoFields, AnyObject>;",
    );
    expect(withService({ fields: {}, response: { optional: true } })).toContain(
      "'my_domain.act': PlainService<NoFields, NoFields, MayRespond<AnyObject>>;",
    );
  });

  it('name a long choice once that several fields share', () => {
    const choice = (prefix: string) => ({
      selector: { select: { options: Array.from({ length: 40 }, (_, at) => `${prefix} ${at}`) } },
    });
    const fields = { sound_mode: choice('loud'), other: choice('only here') };
    const act = { fields };
    const play = { fields: { sound_mode: choice('loud') } };
    const stop = { fields: { sound_mode: choice('soft') } };
    const halt = { fields: { sound_mode: choice('soft') } };
    const files = generatedFiles({ ...recording, services: { my_domain: { act, halt, play, stop } } });
    const source = files['services.ts'] ?? '';
    expect(source.match(/type SoundModeChoice = /g)).toHaveLength(1);
    expect(source.match(/sound_mode: SoundModeChoice;/g)).toHaveLength(2);
    expect(source.match(/sound_mode: 'soft 0' \|/g)).toHaveLength(2);
    expect(source.match(/other: 'only here 0' \|/g)).toHaveLength(1);
    expect(parseSync('a.ts', source).errors).toEqual([]);
  });

  it('stay TypeScript whatever a home calls its things', () => {
    const evil = "a'; */ } export const x = `${1}`; //\n\\";
    const field = { selector: { number: { unit_of_measurement: evil } } };
    const choice = { selector: { select: { options: [evil] } } };
    const files = generatedFiles({
      version: '2026.11.0',
      services: { [evil]: { [evil]: { fields: { [evil]: field, [`${evil}2`]: choice } } } },
      words: { [evil]: [evil] },
      seen: {},
      numericDeviceClasses: [evil],
    });
    for (const text of Object.values(files)) {
      const { errors, module } = parseSync('a.ts', text);
      expect(errors).toEqual([]);
      const names = module.staticExports.flatMap(({ entries }) => entries.map(({ exportName }) => exportName.name));
      expect(['DomainStates', 'NUMERIC_DEVICE_CLASSES', 'STATE_MEANINGS', 'Services']).toEqual(
        expect.arrayContaining(names),
      );
    }
  });
});

describe('the corrections of descriptions', () => {
  it('are about fields that are described otherwise', () => {
    for (const [path, type] of Object.entries(FIELD_TYPES)) {
      const field = fieldOf(path);
      // Of several services that share a correction, not each has all the fields.
      if (field === undefined) continue;
      expect(selectorType(field.selector).type, path).not.toBe(type);
    }
    const described = Object.keys(FIELD_TYPES).filter((path) => fieldOf(path) !== undefined);
    expect(described.length).toBeGreaterThan(20);
  });

  it('are about fields that are required by description, or not described', () => {
    for (const path of [...NOT_REQUIRED, ...Object.keys(SUBSTITUTES)]) expect(fieldOf(path)?.required, path).toBe(true);
    for (const path of Object.keys(UNDESCRIBED)) expect(fieldOf(path), path).toBeUndefined();
  });

  it('are about services that respond', () => {
    for (const id of Object.keys(RESPONSES)) expect(services.get(id)?.response, id).toBe('always');
  });

  it('are about states that there are words for', () => {
    for (const domain of OPEN_DOMAINS) expect(recording.words[domain], domain).toBeDefined();
    for (const [domain, old] of Object.entries(WORDS_OF_OLD)) {
      expect(recording.words[domain], domain).toEqual(expect.arrayContaining([...old]));
    }
  });

  it('do not contradict what is seen of states', () => {
    for (const [domain, meaning] of Object.entries(MEANINGS)) {
      if (meaning === 'by-class') continue;
      for (const look of recording.seen[domain] ?? []) expect(look, domain).toBe(meaning);
    }
  });
});
