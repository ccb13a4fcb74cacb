import { registerEntityServices } from '../entity-service.ts';
import { Refusal } from '../failures.ts';
import type { HomeCore } from '../home-core.ts';
import { flag, optional, textual } from '../schema.ts';
import type { StateRecord } from '../state-record.ts';

const feature = { install: 1, progress: 4 };
/** An update that tells how far it is takes ten steps of half a second, another is done at once. */
const stepMs = 500;
const steps = 10;

/** `update`: on while there is a version that is neither installed nor skipped. */
export function registerUpdate(home: HomeCore): void {
  const write = (entityId: string, attributes: Readonly<Record<string, unknown>>, context: Context): void => {
    const present = home.states.get(entityId);
    if (present === undefined) return;
    const all = { ...present.attributes, ...attributes };
    const isDone = all.latest_version === all.installed_version || all.latest_version === all.skipped_version;
    home.write(present, { state: isDone ? 'off' : 'on', attributes }, context);
  };
  const wait = (): Promise<void> =>
    new Promise((done) => void home.clock.after(stepMs, 'a simulated update goes on', done));
  registerEntityServices(home, 'update', {
    install: {
      shape: { version: optional(textual), backup: optional(flag) },
      fields: { version: { example: '1.0.0', selector: { text: {} } }, backup: { selector: { boolean: {} } } },
      features: [feature.install],
      run: async (entity, { data, context }) => {
        const { entityId, attributes } = entity;
        const version = data.version ?? attributes.latest_version;
        if (data.version === undefined && entity.state !== 'on') throw nothingNew(entity);
        write(entityId, { in_progress: true }, context);
        if ((Number(attributes.supported_features ?? 0) & feature.progress) !== 0) {
          for (let step = 0; step < steps; step += 1) {
            write(entityId, { update_percentage: (step * 100) / steps }, context);
            await wait();
          }
        }
        write(entityId, { installed_version: version, skipped_version: null }, context);
        write(entityId, { in_progress: false, update_percentage: null }, context);
      },
    },
    skip: {
      run: (entity, { context }) => {
        if (entity.state !== 'on')
          throw new Refusal('home_assistant_error', `No update available to skip for ${entity.entityId}`);
        write(entity.entityId, { skipped_version: entity.attributes.latest_version }, context);
      },
    },
    clear_skipped: { run: ({ entityId }, { context }) => write(entityId, { skipped_version: null }, context) },
  });
}

type Context = Parameters<HomeCore['write']>[2];

function nothingNew({ entityId }: StateRecord): Refusal {
  return new Refusal('home_assistant_error', `No update available for ${entityId}`, {
    domain: 'update',
    key: 'no_update_available',
    placeholders: { entity_id: entityId },
  });
}
