import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App } from 'hassette';
import { runApp } from 'hassette/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

const registries = {
  areas: { kitchen: {}, hall: {} },
  entities: {
    'light.lamp': { area: 'kitchen', name: 'Lamp' },
    'light.other': { area: 'hall', name: 'Other' },
    'binary_sensor.motion': { area: 'kitchen', name: 'Motion' },
  },
};
const home = {
  'light.lamp': 'off',
  'light.other': 'off',
  'binary_sensor.motion': { state: 'off', attributes: { device_class: 'motion' } },
};

/** Lights the area that motion is seen in, wherever the sensor stands. */
class FollowMe extends App {
  override onInitialize() {
    this.bus.onStateChange({ device_class: 'motion' }, { to: 'on' }, async (event) => {
      const { area } = this.entity(event.entityId);
      if (area !== undefined) await this.api.call('light.turn_on', { target: { domain: 'light', area: area.areaId } });
    });
  }
}

const source = [
  "import { App } from 'hassette';",
  'export class FollowMe extends App {',
  '  override onInitialize() {',
  "    this.bus.onStateChange({ device_class: 'motion' }, { to: 'on' }, async (event) => {",
  '      const { area } = this.entity(event.entityId);',
  "      if (area !== undefined) await this.api.call('light.turn_on', { target: { domain: 'light', area: area.areaId } });",
  '    });',
  '  }',
  '}',
].join('\n');

function sourceFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hassette-rooms-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'follow-me.ts'), source);
  return pathToFileURL(join(folder, 'follow-me.ts')).href;
}

describe('an app that goes by rooms', () => {
  it.each(['main', 'thread'] as const)('follows what is moved and renamed, in %s', async (isolation) => {
    await using t = await runApp(FollowMe, { home, registries, isolation, source: sourceFile() });
    await t.set('binary_sensor.motion', 'on');
    expect([t.state('light.lamp'), t.state('light.other')]).toEqual(['on', 'off']);
    await t.set('binary_sensor.motion', 'off');
    t.home.registries.entities.update('binary_sensor.motion', { area_id: 'hall' });
    t.home.registries.entities.update('binary_sensor.motion', { entity_id: 'binary_sensor.hall_motion' });
    await t.advance('1s');
    await t.set('binary_sensor.hall_motion', 'on');
    expect(t.state('light.other')).toBe('on');
  });
});
