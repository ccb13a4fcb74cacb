/** Which entities stand in which area and under which label. */
export interface PlacesOptions {
  readonly areas?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly labels?: Readonly<Record<string, readonly string[]>> | undefined;
}

/**
 * Where entities are, as far as targets of service calls need it. Registries that can be asked and changed are no part
 * of the simulated home yet.
 */
export class Places {
  readonly #areas: ReadonlyMap<string, readonly string[]>;
  readonly #labels: ReadonlyMap<string, readonly string[]>;

  constructor({ areas = {}, labels = {} }: PlacesOptions = {}) {
    this.#areas = new Map(Object.entries(areas));
    this.#labels = new Map(Object.entries(labels));
  }

  inArea(areaId: string): readonly string[] {
    return this.#areas.get(areaId) ?? [];
  }

  underLabel(labelId: string): readonly string[] {
    return this.#labels.get(labelId) ?? [];
  }
}
