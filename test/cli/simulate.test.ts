import { describe, expect, it } from 'vitest';
import { run, start } from './command-line.ts';

describe('hassette simulate', () => {
  it('lists what is in the home', async () => {
    const { exitCode, printed } = await run(['simulate', '--list', '--start', '2026-11-23T08:19']);
    expect(exitCode).toBe(0);
    expect(printed).toMatch(/^ {2}binary_sensor\.hallway_motion +on$/m);
    expect(printed).toMatch(/^ {2}light\.hallway +off$/m);
    const { printed: json } = await run(['simulate', '--list', '--json']);
    expect(JSON.parse(json)).toMatchObject({ 'light.hallway': { state: 'off' } });
  });

  it('puts the home on a port, with a token that opens it, until it is told to stop', async () => {
    const command = await start(['simulate', '--port', '0', '--json']);
    await expect.poll(command.printed).not.toBe('');
    const { url, token }: { url: string; token: string } = JSON.parse(command.printed());
    const states = await fetch(`${url}/api/states/light.hallway`, { headers: { authorization: `Bearer ${token}` } });
    expect(await states.json()).toMatchObject({ entity_id: 'light.hallway' });
    expect((await fetch(`${url}/api/states`)).status).toBe(401);
    await command.signal('SIGTERM');
    expect(await command.exitCode).toBe(0);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('says so when its port is in use', async () => {
    const first = await start(['simulate', '--port', '0', '--json']);
    await expect.poll(first.printed).not.toBe('');
    const { url }: { url: string } = JSON.parse(first.printed());
    const { exitCode, said } = await run(['simulate', '--port', new URL(url).port]);
    expect(exitCode).toBe(1);
    expect(said).toMatch(/Port \d+ of 127\.0\.0\.1 is in use\n.*choose another port/);
    await first.signal('SIGINT');
    await first.exitCode;
  });

  it('is not disturbed by what is wrong with apps, and says what is wrong with it', async () => {
    const files = { 'hassette.yaml': 'homes: {}\napps: { a: { clas: A } }\nsimulate: { seed: 4 }' };
    expect((await run(['simulate', '--list'], { files })).exitCode).toBe(0);
    const { exitCode, said } = await run(['simulate', '--start', '7:30']);
    expect(exitCode).toBe(2);
    expect(said).toContain('--start on the command line  simulate.start');
  });
});
