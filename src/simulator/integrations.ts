import type { JsonObject } from './json.ts';

/** A config entry: an integration that was set up. What is left out is as of one that works. */
export interface ConfigEntrySetup {
  readonly entry_id: string;
  readonly domain: string;
  readonly title: string;
  readonly [field: string]: unknown;
}

export interface IntegrationsSetup {
  readonly configEntries?: readonly ConfigEntrySetup[] | undefined;
  /** What integrations say of themselves, beside those that follow from the components. */
  readonly manifests?: readonly JsonObject[] | undefined;
  /** What Home Assistant lists as in need of a repair. */
  readonly issues?: readonly JsonObject[] | undefined;
}

const freshEntry = {
  source: 'user',
  state: 'loaded',
  supports_options: false,
  supports_remove_device: false,
  supports_unload: true,
  supports_reconfigure: false,
  supported_subentry_types: {},
  pref_disable_new_entities: false,
  pref_disable_polling: false,
  disabled_by: null,
  reason: null,
  error_reason_translation_domain: null,
  error_reason_translation_key: null,
  error_reason_translation_placeholders: null,
  num_subentries: 0,
};

/** The kinds of integrations that filters of config entries know. An integration that says nothing is a hub. */
const defaultKind = 'hub';

type EntryListener = (change: 'updated' | 'removed', entry: JsonObject) => void;

/** What was set up in a simulated home: its integrations, their entries, and what of them is broken. */
export class Integrations {
  readonly #nowSeconds: () => number;
  readonly #components: () => readonly string[];
  readonly #entries = new Map<string, JsonObject>();
  readonly #manifests = new Map<string, JsonObject>();
  readonly #listeners = new Set<EntryListener>();
  issues: readonly JsonObject[] = [];

  constructor(nowSeconds: () => number, components: () => readonly string[]) {
    this.#nowSeconds = nowSeconds;
    this.#components = components;
  }

  furnish({ configEntries = [], manifests = [], issues = [] }: IntegrationsSetup): void {
    const now = this.#nowSeconds();
    for (const { entry_id: id, domain, title, ...more } of configEntries) {
      const entry = { created_at: now, entry_id: id, domain, modified_at: now, title, ...freshEntry, ...more };
      this.#entries.set(id, entry);
    }
    for (const manifest of manifests) this.#manifests.set(String(manifest.domain), manifest);
    this.issues = issues;
  }

  entry(id: string): JsonObject | undefined {
    return this.#entries.get(id);
  }

  /** The entries of an integration, and of kinds of integrations; undefined: of all. */
  entries(domain?: string, kinds?: readonly string[]): readonly JsonObject[] {
    return [...this.#entries.values()].filter((entry) => {
      if (domain !== undefined && entry.domain !== domain) return false;
      const kind = this.manifest(String(entry.domain))?.integration_type;
      return kinds === undefined || kinds.includes(typeof kind === 'string' ? kind : defaultKind);
    });
  }

  /** Switches an entry off, or on again. */
  disable(id: string, by: string | null): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const state = by === null ? 'loaded' : 'not_loaded';
    const changed = { ...entry, disabled_by: by, state, modified_at: this.#nowSeconds() };
    this.#entries.set(id, changed);
    for (const listener of this.#listeners) listener('updated', changed);
  }

  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (!this.#entries.delete(id) || entry === undefined) return;
    for (const listener of this.#listeners) listener('removed', entry);
  }

  listen(listener: EntryListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What an integration says of itself: of one that is loaded, and of which nothing is known, the least. */
  manifest(domain: string): JsonObject | undefined {
    const known = this.#manifests.get(domain);
    if (known !== undefined || !this.isLoaded(domain)) return known;
    return {
      domain,
      name: domain.charAt(0).toUpperCase() + domain.slice(1).replaceAll('_', ' '),
      codeowners: [],
      documentation: `https://www.home-assistant.io/integrations/${domain}`,
      integration_type: defaultKind,
      is_built_in: true,
      overwrites_built_in: false,
    };
  }

  isLoaded(domain: string): boolean {
    return this.#components().includes(domain);
  }

  /** Those that are loaded, and those that were given. */
  domains(): readonly string[] {
    return [...new Set([...this.#components().filter((name) => !name.includes('.')), ...this.#manifests.keys()])];
  }
}
