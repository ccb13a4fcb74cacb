import { isObject, type JsonObject } from '../json.ts';
import type { Answer, Answers } from './questions.ts';

/** Stands where something was that is nobody's business. */
export const REDACTED = '**REDACTED**';

const secretName = /token|password|passwd|secret|api_?key|credential|private_key|access_code/i;
const personalNames = new Set([
  'ip',
  'ip_address',
  'mac',
  'mac_address',
  'ssid',
  'bssid',
  'serial',
  'imei',
  'phone_number',
]);
const placeNames = new Set(['latitude', 'longitude']);

/** Of one place on earth the neighbourhood of about ten kilometres. */
function blurred(degrees: number): number {
  return Math.round(degrees * 10) / 10;
}

/** Without what would let somebody in, or lead somebody to the door. */
function cleaned(value: unknown, secrets: readonly string[], name = ''): unknown {
  if (typeof value === 'string') return cleanedText(value, secrets, name);
  if (typeof value === 'number') return placeNames.has(name) ? blurred(value) : value;
  if (Array.isArray(value)) return value.map((item) => cleaned(item, secrets, name));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cleaned(item, secrets, key)]));
}

function cleanedText(text: string, secrets: readonly string[], name: string): string {
  if (text !== '' && (secretName.test(name) || personalNames.has(name))) return REDACTED;
  // Pictures and streams are asked for by a token in their address, and some addresses hold a password.
  const bare = /^(https?:\/)?\/[^ ]*\?/.test(text) ? text.slice(0, text.indexOf('?')) : text;
  const open = bare.replace(/\/\/[^/@\s]+@/, `//${REDACTED}@`);
  return secrets.reduce((so, secret) => (secret === '' ? so : so.replaceAll(secret, REDACTED)), open);
}

type Cleaning = (value: JsonObject) => JsonObject;

const ofConfig: Cleaning = (config) => ({
  ...config,
  external_url: null,
  internal_url: null,
  config_dir: '/config',
  allowlist_external_dirs: [],
  allowlist_external_urls: [],
  whitelist_external_dirs: [],
});

/** Numbers of devices and their addresses in the network. */
const ofDevice: Cleaning = (device) => ({
  ...device,
  identifiers: [],
  connections: [],
  serial_number: null,
  configuration_url: null,
});

/** Unique ids are often made of them. */
const ofEntity: Cleaning = (entity) => ({ ...entity, unique_id: entity.id });

/** Fields are described there, and none of them holds a secret: a field may well be called `password`. */
const asItIs = new Set(['get_services']);

const byQuestion: Readonly<Record<string, Cleaning>> = {
  get_config: ofConfig,
  'config/device_registry/list': ofDevice,
  'config/entity_registry/list': ofEntity,
};

/**
 * A home's answers, fit to be kept: no token, no password, no address of the home or of its devices, no place but the
 * neighbourhood.
 *
 * @param secrets - texts that may stand nowhere, such as the token that was used.
 */
export function redacted(answers: Answers, secrets: readonly string[]): Answers {
  const entries = Array.from(answers, ([name, answer]): [string, Answer] => {
    if (answer.kind === 'refused') return [name, answer];
    const clean = byQuestion[name] ?? ((value: JsonObject): JsonObject => value);
    const { result } = answer;
    const shaped = Array.isArray(result)
      ? result.map((item: unknown) => (isObject(item) ? clean(item) : item))
      : isObject(result)
        ? clean(result)
        : result;
    return [name, { kind: 'result', result: asItIs.has(name) ? shaped : cleaned(shaped, secrets) }];
  });
  return new Map(entries);
}
