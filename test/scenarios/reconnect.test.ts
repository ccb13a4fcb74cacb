import { expect, it } from 'vitest';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { freePort, PATIENT, Spawned, spawned } from './spawned.ts';

it(
  'a home that is back is connected at once when somebody says so, and with it all others that are',
  PATIENT,
  async () => {
    const clock = new SystemClock();
    const home = new SimulatedHome({ clock, states: { 'light.hall': 'off' } });
    const cabin = new SimulatedHome({ clock, states: { 'light.stairs': 'off' } });
    const [port, cabinPort] = [await freePort(), await freePort()];
    const files = {
      'hassette.yaml': [
        'homes:',
        `  default: { url: "http://127.0.0.1:${port}", token: "${home.token}" }`,
        `  cabin: { url: "http://127.0.0.1:${cabinPort}", token: "${cabin.token}" }`,
        'connection: { firstRetry: 1h, lastRetry: 1h }',
      ].join('\n'),
    };
    await using daemon = new Spawned(['run'], { files });
    const reconnect = (...args: string[]) => spawned(['reconnect', ...args], { folder: daemon.folder });
    const phases = async () => (await daemon.status()).homes.map(({ phase }) => phase);
    await expect.poll(phases, PATIENT).toEqual(['lost', 'lost']);

    const inVain = await reconnect();
    expect(inVain).toMatchObject({ code: 0 });
    expect(inVain.stdout).toMatch(/default +lost +is tried now\n +cabin +lost +is tried now/);
    await expect.poll(phases, PATIENT).toEqual(['lost', 'lost']);
    expect(await reconnect('cabbin')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean "cabin"?'),
    });

    await using _server = await SimulatorServer.listen(home, { port });
    await using _cabinServer = await SimulatorServer.listen(cabin, { port: cabinPort });
    const { stdout } = await reconnect('default', '--json');
    expect(JSON.parse(stdout)).toEqual({ homes: [{ name: 'default', phase: 'lost', tried: true }] });
    await expect.poll(phases, PATIENT).toEqual(['ready', 'ready']);
    expect((await reconnect()).stdout).toMatch(/default +ready +is left alone/);
  },
);
