import { describe, expect, it } from 'vitest';
import own from '../../package.json' with { type: 'json' };
import { run } from './command-line.ts';

describe('hassette', () => {
  it('prints its version', async () => {
    expect(await run(['--version'])).toMatchObject({ exitCode: 0, printed: own.version, said: '' });
  });

  it('prints what there is', async () => {
    const { exitCode, printed } = await run(['--help']);
    expect(exitCode).toBe(0);
    for (const command of ['run', 'check', 'doctor', 'simulate', 'init', 'status', 'events', 'reconnect', 'schema'])
      expect(printed).toContain(`  ${command} `);
  });

  it.each([
    [[], 'Usage: hassette'],
    [['rum'], 'Did you mean run?'],
    [['run', '--simulat'], 'Did you mean --simulate?'],
    [['init'], "missing required argument 'folder'"],
    [['simulate', '--port', 'many'], 'It should be a number.'],
  ])('takes %j for a fault of configuration', async (args, message) => {
    const { exitCode, said, printed } = await run(args);
    expect(exitCode).toBe(2);
    expect(said).toContain(message);
    expect(printed).toBe('');
  });

  it('prints the schema of the configuration, or writes it', async () => {
    const { printed } = await run(['schema']);
    expect(JSON.parse(printed)).toMatchObject({ title: 'Configuration of Hassette', properties: { homes: {} } });
    const { said } = await run(['schema', '--write', 'schema.json']);
    expect(said).toContain('# yaml-language-server: $schema=schema.json');
  });
});
