import { expect, it } from 'vitest';
import { PATIENT, Spawned, spawned } from './spawned.ts';

const app = `
  import { App } from 'hassette';
  export class Lamp extends App {
    override async onInitialize() {
      const other = this.home.name === 'default' ? 'cabin' : 'default';
      await this.homes[other].whenReady();
      await this.homes[other].entity('light.hallway').turnOn();
      this.logger.info(\`\${this.home.name} lights \${other}\`);
    }
  }
`;

it(
  'homes that are simulated in place of several real ones need nothing of these, and are several',
  PATIENT,
  async () => {
    const files = {
      'hassette.yaml': [
        'homes:',
        '  default: { url: "${HOUSE_URL}", token: "${HOUSE_TOKEN}" }',
        '  cabin: { url: "${CABIN_URL}", token: "${CABIN_TOKEN}" }',
        'apps: { house_lamp: { class: Lamp }, cabin_lamp: { class: Lamp, home: cabin } }',
      ].join('\n'),
      'apps/lamp.ts': app,
    };
    await using daemon = new Spawned(['run', '--simulate'], { files });
    await Promise.all([daemon.logged('default lights cabin'), daemon.logged('cabin lights default')]);
    await expect.poll(async () => (await daemon.status()).health, PATIENT).toBe('ok');
    const { stdout } = await spawned(['status'], { folder: daemon.folder });
    expect(stdout).toMatch(/^ {2}default +ready +\d+ entities .*\n {2}cabin +ready +\d+ entities/m);
    expect(stdout).toMatch(/^ {2}house_lamp +running +default +Lamp .*\n {2}cabin_lamp +running +cabin +Lamp/m);
    expect((await daemon.stop()).code).toBe(0);
    expect(daemon.complaints).toEqual([]);
  },
);
