import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { ResourceDescription } from '../../src/kernel/resource-description.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { PATIENT, Spawned } from './spawned.ts';

const BUFFER = 20;
const EVENTS = 150;

const app = `
  import { App } from 'hassette';
  export class Slow extends App {
    override async onInitialize() {
      const seen: number[] = [];
      this.bus.onStateChange('sensor.flood', (event) => {
        const end = performance.now() + 4;
        while (performance.now() < end);
        seen.push(Number(event.to?.state));
        if (seen.length === ${EVENTS}) this.logger.info('all of them, in order: ' + seen.every((n, i) => n === i + 1));
      });
      this.logger.info('ready');
    }
  }
  export class Beating extends App {
    override async onInitialize() { this.scheduler.runEvery('20ms', () => this.logger.info('beat')); }
  }
`;

function backlogOf(part: ResourceDescription): number {
  const own = part.path === 'home.default' ? part.details?.['backlog'] : undefined;
  return typeof own === 'number' ? own : Math.max(0, ...part.children.map(backlogOf));
}

it(
  'a home that tells more than is taken has to wait, nothing of it is lost, and nobody else waits',
  PATIENT,
  async () => {
    const home = new SimulatedHome({ clock: new SystemClock(), states: { 'sensor.flood': '0' } });
    await using server = await SimulatorServer.listen(home);
    const files = {
      'hassette.yaml': [
        `homes: { default: { url: "${server.url}", token: "${home.token}" } }`,
        `limits: { eventBuffer: ${BUFFER} }`,
        'apps: { slow: { class: Slow }, beating: { class: Beating } }',
      ].join('\n'),
      'apps/flood.ts': app,
    };
    await using daemon = new Spawned(['run'], { files });
    await Promise.all([daemon.logged('ready'), daemon.logged('beat')]);

    for (let n = 1; n <= EVENTS; n += 1) {
      home.setState('sensor.flood', String(n), { load: String(n % 10).repeat(8000) });
      await setImmediate(); // A frame each, of which few are read at once.
    }
    const beats = (): number => daemon.log.filter(({ msg }) => msg === 'beat').length;
    const before = beats();
    const backlogs: number[] = [];
    const seen = (): boolean => daemon.log.some(({ msg }) => msg.startsWith('all of them'));
    while (!seen()) backlogs.push(backlogOf((await daemon.status()).resources));
    expect((await daemon.logged('all of them')).msg).toBe('all of them, in order: true');
    expect(Math.max(...backlogs)).toBeGreaterThan(BUFFER / 2);
    // What had been read when the socket was paused is still taken.
    expect(Math.max(...backlogs)).toBeLessThan(EVENTS / 2);
    expect(beats() - before).toBeGreaterThan(10);
    expect((await daemon.stop()).code).toBe(0);
    expect(daemon.complaints).toEqual([expect.stringContaining('home "default" is read too slowly')]);
  },
);
