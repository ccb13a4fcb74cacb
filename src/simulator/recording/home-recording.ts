import { z } from 'zod';
import { HassetteError } from '../../kernel/errors.ts';
import type { Answers } from './questions.ts';

const KIND = 'hassette home recording';
const VERSION = 1;

const record = z.looseObject({});
const State = z.object({
  entity_id: z.string().regex(/^[a-z0-9_]+\.[a-z0-9_]+$/, 'expected an entity id'),
  state: z.string(),
  attributes: z.record(z.string(), z.unknown()),
});

const Recording = z.object({
  kind: z.literal(KIND),
  version: z.literal(VERSION),
  recordedAt: z.string(),
  user: z.looseObject({ name: z.string() }).optional(),
  config: z.looseObject({ version: z.string(), time_zone: z.string() }),
  states: z.array(State),
  services: z.record(z.string(), z.record(z.string(), z.looseObject({ fields: record }))),
  areas: z.array(z.looseObject({ area_id: z.string() })),
  floors: z.array(z.looseObject({ floor_id: z.string() })),
  labels: z.array(z.looseObject({ label_id: z.string() })),
  categories: z.array(z.looseObject({ category_id: z.string() })),
  devices: z.array(z.looseObject({ id: z.string(), labels: z.array(z.string()) })),
  entities: z.array(z.looseObject({ id: z.string(), entity_id: z.string(), platform: z.string() })),
  configEntries: z.array(z.looseObject({ entry_id: z.string(), domain: z.string(), title: z.string() })),
  persons: z.array(z.looseObject({ id: z.string(), name: z.string() })),
});

/** What was recorded of a real home, to simulate it by. Plain data, kept as JSON. */
export type HomeRecording = z.output<typeof Recording>;

/** A file is no recording of a home, or one that cannot be read any more. */
export class RecordingUnreadable extends HassetteError {
  readonly code = 'RECORDING_UNREADABLE';
  readonly audience = 'operator';
}

/** Makes a recording of answers that were made fit for it; a home that refuses a list is taken to have none. */
export function recordingOf(answers: Answers, recordedAt: Temporal.Instant): HomeRecording {
  const resultOf = (name: string): unknown => {
    const answer = answers.get(name);
    return answer?.kind === 'result' ? answer.result : undefined;
  };
  const listOf = (name: string): unknown => resultOf(name) ?? [];
  const states = resultOf('get_states');
  const people = z.object({ storage: z.array(record) }).safeParse(resultOf('person/list')).data?.storage ?? [];
  return checked(
    {
      kind: KIND,
      version: VERSION,
      recordedAt: recordedAt.toString(),
      user: resultOf('auth/current_user'),
      config: resultOf('get_config'),
      states: z.array(State).safeParse(states).data ?? states,
      services: resultOf('get_services'),
      areas: listOf('config/area_registry/list'),
      floors: listOf('config/floor_registry/list'),
      labels: listOf('config/label_registry/list'),
      categories: listOf('config/category_registry/list {"scope":"automation"}'),
      devices: listOf('config/device_registry/list'),
      entities: listOf('config/entity_registry/list'),
      configEntries: listOf('config_entries/get'),
      persons: people,
    },
    'the answers of the home',
  );
}

/** @throws RecordingUnreadable */
export function parseRecording(text: string, file: string): HomeRecording {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RecordingUnreadable(`${file} is no recording of a home: it is no JSON`, {
      cause,
      hint: 'Record one: hassette simulate --record FILE',
    });
  }
  return checked(value, file);
}

function checked(value: unknown, what: string): HomeRecording {
  const parsed = Recording.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  throw new RecordingUnreadable(`${what}: no recording of a home${where}: ${issue?.message ?? 'unknown shape'}`, {
    hint: 'Record it anew: hassette simulate --record FILE',
  });
}
