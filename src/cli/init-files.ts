/** What a new folder is made for. */
export interface NewHome {
  readonly name: string;
  /** What `npm install` takes for Hassette. */
  readonly hassette: string;
  readonly versions: Readonly<Record<'node' | 'typescript' | 'vitest' | '@types/node', string>>;
}

const configuration = `# yaml-language-server: $schema=./node_modules/hassette/dist/configuration.schema.json

homes:
  default:
    # From .env (copy .env.example), or from the environment. With --simulate neither is needed.
    url: \${HOME_ASSISTANT_URL}
    token: \${HOME_ASSISTANT_TOKEN}

apps:
  hallway_light: # a name of yours; several apps may use one class
    class: MotionLight
    config:
      motion: binary_sensor.hallway_motion
      light: light.hallway
      offAfter: 2m

# The home of --simulate: people leave it on a Monday morning, twenty times as fast as in life.
simulate:
  start: 2026-11-23T08:18
  speed: 20
`;

const environment = `# Copy this to .env and fill it in. It stays out of version control.

# Where Home Assistant answers.
HOME_ASSISTANT_URL=http://homeassistant.local:8123

# A long-lived access token: in Home Assistant your profile (lower left), Security, at the end of the page.
HOME_ASSISTANT_TOKEN=
`;

const app = `import { App, duration, entityId, z } from 'hassette';

const Config = z.object({
  motion: entityId('binary_sensor'),
  light: entityId('light'),
  offAfter: duration().default('5m'),
});

/** Lights a room while somebody moves in it. */
export class MotionLight extends App.with(Config) {
  override onInitialize() {
    const { motion, light, offAfter } = this.config;

    this.bus.onStateChange(motion, { to: 'on', immediate: true }, async () => {
      this.logger.info(\`somebody moves: \${light} on\`);
      await this.entity(light).turnOn({ brightness_pct: 60 });
    });

    this.bus.onStateChange(motion, { to: 'off', for: offAfter, name: 'clear', durable: true }, async () => {
      this.logger.info(\`all quiet for \${offAfter}: \${light} off\`);
      await this.entity(light).turnOff();
    });

    this.logger.info(\`watching \${motion}\`);
  }
}
`;

const test = `import { runApp } from 'hassette/testing';
import { expect, test } from 'vitest';
import { MotionLight } from './motion-light.ts';

test('lights the hallway for as long as somebody moves', async () => {
  await using t = await runApp(MotionLight, {
    config: { motion: 'binary_sensor.hallway_motion', light: 'light.hallway', offAfter: '3m' },
    home: { 'binary_sensor.hallway_motion': 'off', 'light.hallway': 'off' },
  });

  await t.set('binary_sensor.hallway_motion', 'on');
  expect(t.state('light.hallway')).toBe('on');

  await t.set('binary_sensor.hallway_motion', 'off');
  await t.advance('2m');
  expect(t.state('light.hallway')).toBe('on');

  await t.advance('1m');
  expect(t.state('light.hallway')).toBe('off');
  expect(t.calls('light.turn_off')).toHaveLength(1);
});
`;

const compiler = {
  compilerOptions: {
    target: 'esnext',
    lib: ['esnext'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
    verbatimModuleSyntax: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
  },
  include: ['apps', '*.ts'],
};

function manifest({ name, hassette, versions }: NewHome): unknown {
  const { node, ...tools } = versions;
  return {
    name,
    private: true,
    type: 'module',
    scripts: {
      start: 'hassette run',
      demo: 'hassette run --simulate',
      check: 'hassette check',
      types: 'tsc',
      test: 'vitest run',
    },
    dependencies: { hassette, node },
    devDependencies: Object.fromEntries(Object.entries(tools).toSorted(([left], [right]) => (left < right ? -1 : 1))),
    // Both fetch a program made for this machine when they are installed, which npm asks about.
    allowScripts: { node: true, esbuild: true },
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** The files of a new folder, by their names. */
export function initFiles(home: NewHome): Readonly<Record<string, string>> {
  return {
    'hassette.yaml': configuration,
    'apps/motion-light.ts': app,
    'apps/motion-light.test.ts': test,
    '.env.example': environment,
    '.gitignore': ['node_modules/', 'data/', '.env', ''].join('\n'),
    'package.json': json(manifest(home)),
    'tsconfig.json': json(compiler),
  };
}
