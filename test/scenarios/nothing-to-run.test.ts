import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { PATIENT, Spawned, spawned } from './spawned.ts';

const configuration = 'homes: { default: simulated }\napps: { hall: { class: MotionLight } }\n';

it('folders that are missing, empty or none, and a port in use are told with what to do', PATIENT, async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;

  await using empty = new Spawned(['run', '--apps', '.'], { files: { 'hassette.yaml': configuration } });
  const [missing, missingInCheck, emptyInCheck, inUse, nothing, noData] = await Promise.all([
    spawned(['run'], { files: { 'hassette.yaml': configuration } }),
    spawned(['check'], { files: { 'hassette.yaml': configuration } }),
    spawned(['check', '--apps', '.'], { files: { 'hassette.yaml': configuration } }),
    spawned(['simulate', '--port', String(port)]),
    spawned(['run']),
    spawned(['run', '--data', 'a-file'], { files: { 'hassette.yaml': 'homes: { default: simulated }', 'a-file': '' } }),
    empty.logged('hall cannot start'),
  ]);
  other.close();

  for (const told of [missing, missingInCheck]) {
    expect(told.code).toBe(2);
    expect(told.stderr).toMatch(/there is no folder ".*\/apps"\. Make it .*--apps/);
  }
  expect(emptyInCheck.code).toBe(2);
  expect(emptyInCheck.stderr).toMatch(/No class "MotionLight" is exported.*There is no TypeScript file in it/);
  expect(inUse).toMatchObject({ code: 1, stdout: '' });
  expect(inUse.stderr).toContain(
    `Port ${port} of 127.0.0.1 is in use\n    End what listens there, or choose another port`,
  );
  expect(nothing).toMatchObject({ code: 2, stdout: '' });
  expect(nothing.stderr).toMatch(/there is no configuration in .*hassette init DIR/);

  expect(noData.code).toBe(1);
  expect(noData.stderr).toMatch(/^The data folder .*\/a-file cannot be used: EEXIST.*\n {4}.*--data FOLDER/);

  expect(empty.complaints).toEqual([expect.stringContaining('No class "MotionLight" is exported')]);
  expect(await empty.status()).toMatchObject({
    health: 'degraded',
    apps: [{ name: 'hall', status: 'failed' }],
    problems: [{ where: 'app.hall', hint: expect.stringContaining('`hassette init`') }],
  });
  expect((await empty.stop()).code).toBe(0);
});
