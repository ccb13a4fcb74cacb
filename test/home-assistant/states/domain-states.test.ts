import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOMAIN_STATES } from '../../../src/home-assistant/states/domain-states.ts';
import { domainOf, isAvailable } from '../../../src/home-assistant/states/entity-state.ts';

const closed: Readonly<Record<string, readonly string[]>> = DOMAIN_STATES;

/** Every state that was recorded of a real home, as `light: on`. */
function recordedStates(folder: string): Set<string> {
  const states = new Set<string>();
  const note = (entityId: unknown, state: unknown): void => {
    if (
      typeof entityId === 'string' &&
      /^[a-z_]+\.\w+$/.test(entityId) &&
      typeof state === 'string' &&
      isAvailable(state)
    ) {
      states.add(`${domainOf(entityId)}: ${state}`);
    }
  };
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('entity_id' in value && 'state' in value) note(value.entity_id, value.state);
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner === 'object' && inner !== null && 's' in inner && 'lc' in inner) note(key, inner.s);
      visit(inner);
    }
  };
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.json')) visit(JSON.parse(readFileSync(join(folder, file), 'utf8')));
  }
  return states;
}

describe('DOMAIN_STATES', () => {
  it('has every state that a real home was seen to have in those domains', () => {
    const recorded = [...recordedStates(join(import.meta.dirname, '../../fixtures/wire'))].filter(
      (text) => domainOf(text.replace(': ', '.')) in closed,
    );
    expect(recorded.length).toBeGreaterThan(25);
    const unknown = recorded.filter((text) => {
      const [domain = '', state = ''] = text.split(': ');
      return closed[domain]?.includes(state) !== true;
    });
    expect(unknown).toEqual([]);
  });
});
