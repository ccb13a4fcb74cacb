import { registerEntityServices } from '../entity-service.ts';
import { notValid } from '../failures.ts';
import type { HomeCore } from '../home-core.ts';
import { required, textual } from '../schema.ts';
import { percentage, percentField } from './cover.ts';
import { toggling } from './switch.ts';

const featureModes = 1;

/** `humidifier`: on and off, how humid it is to be, and by which mode. */
export function registerHumidifier(home: HomeCore): void {
  registerEntityServices(home, 'humidifier', {
    ...toggling(home),
    set_mode: {
      shape: { mode: required(textual) },
      fields: { mode: { required: true, example: 'away', selector: { state: { attribute: 'mode' } } } },
      features: [featureModes],
      run: (entity, { data, context }) => home.write(entity, { attributes: { mode: data.mode } }, context),
    },
    set_humidity: {
      shape: { humidity: required(percentage) },
      fields: { humidity: percentField },
      run: (entity, { data, context }) => {
        const [min, max] = [Number(entity.attributes.min_humidity ?? 0), Number(entity.attributes.max_humidity ?? 100)];
        const humidity = Number(data.humidity);
        if (humidity < min || humidity > max) {
          throw notValid(`Provided humidity ${humidity} is not valid. Accepted range is ${min} to ${max}`, {
            domain: 'humidifier',
            key: 'humidity_out_of_range',
            placeholders: { humidity: String(humidity), min_humidity: String(min), max_humidity: String(max) },
          });
        }
        home.write(entity, { attributes: { humidity } }, context);
      },
    },
  });
}
