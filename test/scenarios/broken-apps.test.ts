import { expect, it } from 'vitest';
import { PATIENT, Spawned } from './spawned.ts';

function app(name: string, body: string, before = ''): string {
  return `import { App } from 'hassette';\n${before}\nexport class ${name} extends App {\n${body}\n}\n`;
}

function initialize(body: string): string {
  return `  override async onInitialize() {\n${body}\n  }`;
}

const files = {
  'hassette.yaml': [
    'homes: { default: simulated }',
    'limits: { startHook: 600ms, execution: 300ms, maxPending: 2 }',
    'apps:',
    '  good: { class: Good }',
    '  unknown: { class: Godo }',
    '  syntax: { class: Syntax }',
    '  at_import: { class: AtImport }',
    '  in_constructor: { class: InConstructor }',
    '  in_hook: { class: InHook }',
    '  in_handler: { class: InHandler }',
    '  never: { class: Never }',
    '  later: { class: Later }',
    '  timer: { class: RawTimer }',
    '  ignores: { class: Ignores }',
    '  flooded: { class: Flooded }',
    '  misconfigured: { class: Lamp, config: { lihgt: 4 } }',
  ].join('\n'),
  'apps/good.ts': app(
    'Good',
    initialize("    this.scheduler.runEvery('50ms', () => { this.bus.emit('beat', {}); this.logger.info('beat'); });"),
  ),
  'apps/syntax.ts': app('Syntax', '  x = ;'),
  'apps/at-import.ts': app('AtImport', '', "throw new Error('no luck at import');"),
  'apps/in-constructor.ts': app('InConstructor', "  x = (() => { throw new Error('no luck when made'); })();"),
  'apps/in-hook.ts': app('InHook', initialize("    throw new Error('no luck in the hook');")),
  'apps/in-handler.ts': app(
    'InHandler',
    initialize("    this.bus.on('beat', { once: true }, () => { throw new Error('no luck in the handler'); });"),
  ),
  'apps/never.ts': app('Never', initialize('    await new Promise(() => {});')),
  'apps/later.ts': app(
    'Later',
    `${initialize('    void this.later();')}\n  async later() {\n    await this.tasks.sleep('100ms');\n    throw new Error('no luck later');\n  }`,
  ),
  'apps/timer.ts': app(
    'RawTimer',
    initialize("    setTimeout(() => { throw new Error('no luck in a timer'); }, 100);"),
  ),
  'apps/ignores.ts': app(
    'Ignores',
    initialize(
      "    let runs = 0;\n    this.bus.on('beat', { name: 'deaf' }, () => { this.logger.info(`run ${++runs}`); return new Promise(() => {}); });",
    ),
  ),
  'apps/flooded.ts': app(
    'Flooded',
    initialize(
      "    this.bus.on('drop', { name: 'slow' }, () => this.tasks.sleep('200ms'));\n    for (let n = 0; n < 9; n += 1) this.bus.emit('drop', {});",
    ),
  ),
  'apps/lamp.ts': `import { App, entityId, z } from 'hassette';\nexport class Lamp extends App.with(z.object({ light: entityId('light') })) {}\n`,
};

it('an app that is broken, in whatever way, is told of once with what to do, and harms no other', PATIENT, async () => {
  await using daemon = new Spawned(['run'], { files });
  await Promise.all([
    daemon.logged('no luck in the handler'),
    daemon.logged('no luck later'),
    daemon.logged('no luck in a timer'),
    daemon.logged(/onInitialize.*took longer/),
    daemon.logged('still runs 1s after it was called off'),
    daemon.logged('run 3'),
  ]);

  const told = [
    [
      'unknown',
      /^unknown cannot start: No class "Godo" is exported in .*apps\. Did you mean "Good"\?/,
      /Good \(good\.ts\)/,
    ],
    ['syntax', /^syntax cannot start: .*syntax\.ts:4:\d+: Unexpected ";": x = ;/, /Correct the file/],
    ['at_import', /^at_import cannot start: at-import\.ts threw .*: Error: no luck at import/, /onInitialize/],
    [
      'misconfigured',
      /^misconfigured cannot start: .* Lamp asks for:\n.*config\.lihgt: the key is not known. Did you mean "light"/,
      /apps\.misconfigured/,
    ],
    [
      'in_constructor',
      /^hook "constructor" of in_constructor failed: no luck when made \(.*in-constructor\.ts:4\)/,
      undefined,
    ],
    ['in_hook', /^hook "onInitialize" of in_hook failed: no luck in the hook \(.*in-hook\.ts:5\)/, undefined],
    [
      'in_handler',
      /^handler ".*beat.*" of in_handler failed: no luck in the handler \(.*in-handler\.ts:5\)/,
      undefined,
    ],
    [
      'never',
      /^hook "onInitialize" of never took longer than its time limit of 600 ms$/,
      /tasks\.spawn.*limits\.startHook/,
    ],
    ['later', /^hook "onInitialize" of later left a rejected promise behind: no luck later \(.*later\.ts:9\)/, /Await/],
    ['timer', /^hook "onInitialize" of timer left a callback behind that threw: no luck in a timer/, /Catch it/],
    ['ignores', /^handler "deaf" of ignores took longer than its time limit of 300 ms$/, /`timeout`/],
    ['ignores', /^handler "deaf" of ignores still runs 1s after it was called off/, undefined],
    ['flooded', /^handler "slow" of flooded: 1 left out, since 2 were waiting already/, undefined],
  ] as const;
  for (const [name, message, hint] of told) {
    const [line, ...more] = daemon.log.filter(({ level, msg }) => level !== 'info' && message.test(msg));
    expect(line, `${name}: ${String(message)}`).toBeDefined();
    if (name !== 'ignores') expect(more, name).toEqual([]);
    if (hint !== undefined) expect(line?.['hint'], name).toMatch(hint);
    expect([line?.logger, line?.['app']], name).toContain(line?.['app'] === undefined ? `app.${name}` : name);
  }
  const { health, apps, problems, executions } = await daemon.status();
  expect(health).toBe('degraded');
  expect(Object.fromEntries(apps.map(({ name, status }) => [name, status]))).toEqual({
    ...{ good: 'running', unknown: 'failed', syntax: 'failed', at_import: 'failed', in_constructor: 'failed' },
    ...{ in_hook: 'failed', in_handler: 'running', never: 'failed', later: 'running', timer: 'running' },
    ...{ ignores: 'running', flooded: 'running', misconfigured: 'failed' },
  });
  expect(problems.map(({ where }) => where)).toEqual(
    apps.filter(({ status }) => status === 'failed').map(({ name }) => `app.${name}`),
  );
  expect(problems.every(({ hint = '' }) => hint !== '')).toBe(true);
  expect(executions).toMatchObject({ unhandled: 2, abandoned: expect.any(Number), dropped: expect.any(Number) });

  const beats = daemon.log.filter(({ msg }) => msg === 'beat').length;
  expect(beats).toBeGreaterThan(20);
  // The handler that hears nothing is called off once more.
  expect((await daemon.stop()).code).toBe(0);
});
