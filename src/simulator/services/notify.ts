import { registerEntityServices } from '../entity-service.ts';
import type { HomeCore } from '../home-core.ts';
import { isoOf } from '../instants.ts';
import { dict, fit, optional, required, type Shape, textual } from '../schema.ts';

const message = { required: true, selector: { text: {} } };
const title = { selector: { text: {} } };

/** `notify`. What was sent stands in the home's list of calls. */
export function registerNotify(home: HomeCore, services: readonly string[]): void {
  registerEntityServices(home, 'notify', {
    send_message: {
      shape: { message: required(textual), title: optional(textual) },
      fields: { message, title },
      run: (entity, { context }) => home.write(entity, { state: isoOf(home.instants.next()) }, context),
    },
  });
  const shape: Shape = {
    message: required(textual),
    title: optional(textual),
    target: optional((value) => value),
    data: optional(dict),
  };
  for (const name of ['persistent_notification', ...services]) {
    home.services.register('notify', name, {
      description: {
        fields: { message, title, data: { selector: { object: {} } } },
      },
      check: (data) => fit(shape, data),
      run: () => undefined,
    });
  }
}
