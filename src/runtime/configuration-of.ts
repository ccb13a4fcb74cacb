import { type Configuration, type ConfigurationInput, ConfigurationSchema } from '../config/schema.ts';

/** A configuration that is written in code, with every default filled in and nothing read from anywhere. */
export function configurationOf(input: ConfigurationInput): Configuration {
  const { apps, ...rest } = ConfigurationSchema.parse(input);
  const homes = Object.keys(rest.homes);
  const home = homes.length === 1 && homes[0] !== undefined ? homes[0] : 'default';
  return { ...rest, apps: Object.fromEntries(Object.entries(apps).map(([name, app]) => [name, { home, ...app }])) };
}
