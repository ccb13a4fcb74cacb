import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { CheckOptions } from './check.ts';
import type { DoctorOptions } from './doctor.ts';
import type { EventsOptions } from './events.ts';
import { ownPackage } from './own-package.ts';
import type { RecordOptions } from './record.ts';
import type { ReconnectOptions } from './reconnect.ts';
import type { RunOptions } from './run.ts';
import type { ScheduleOptions } from './schedule.ts';
import type { SchemaOptions } from './schema.ts';
import type { SimulateOptions } from './simulate.ts';
import type { StatusOptions } from './status.ts';
import { exitCodes, processSurroundings, StopRequests, type Surroundings } from './surroundings.ts';

const config = new Option('-c, --config <path>', 'the configuration file, or the folder it is in');
const apps = new Option('--apps <folder>', 'the folder of your apps');
const data = new Option('--data <folder>', "the folder of the daemon's own files");
const json = new Option('--json', 'print JSON');

function collect(value: string, all: readonly string[] = []): readonly string[] {
  return [...all, value];
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It should be a number.');
  return value;
}

/**
 * The commands and their options. What a command does lies in a file of its own, which is loaded only when it is asked
 * for.
 */
function describeCommands(at: Surroundings, end: (exitCode: number) => void): Command {
  const program = new Command('hassette')
    .description('An automation daemon beside Home Assistant: classes in TypeScript, run for years.')
    .version(ownPackage().version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureOutput({ writeOut: (text) => at.print(text.trimEnd()), writeErr: (text) => at.say(text.trimEnd()) })
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride();

  program
    .command('run')
    .description('start the daemon')
    .addOption(config)
    .addOption(apps)
    .addOption(data)
    .option('--app <name>', 'start only this app; can be given several times', collect)
    .option('--log-level <level>', 'trace, debug, info, warn, error, fatal or silent')
    .option('--simulate [file]', 'use the built-in simulated home in place of yours, or a recorded one')
    .action(async ({ simulate, ...options }: Omit<RunOptions, 'simulate'> & { readonly simulate?: true | string }) => {
      using stopRequests = new StopRequests(at);
      const { run } = await import('./run.ts');
      const simulated = typeof simulate === 'string' ? { home: simulate } : {};
      end(await run({ ...options, ...simulated, simulate: simulate !== undefined }, at, stopRequests));
    });

  program
    .command('check')
    .description('look through configuration and apps without starting them')
    .addOption(config)
    .addOption(apps)
    .option('--app <name>', 'look at this app only; can be given several times', collect)
    .option('--home [name]', 'ask the homes as well, or one of them: is the token good, is there what the apps name')
    .option('--simulate', 'with the built-in simulated home in place of yours')
    .addOption(json)
    .action(async (options: CheckOptions) => {
      const { check } = await import('./check.ts');
      end(await check(options, at));
    });

  program
    .command('doctor')
    .description('ask the homes how they are, and say what would be better otherwise')
    .argument('[homes...]', 'their names; all of them by default')
    .addOption(config)
    .addOption(apps)
    .option('--simulate', 'with the built-in simulated home in place of yours')
    .addOption(json)
    .action(async (homes: readonly string[], options: DoctorOptions) => {
      const { doctor } = await import('./doctor.ts');
      end(await doctor(homes, options, at));
    });

  program
    .command('simulate')
    .description('start the simulated home alone, for clients of any kind')
    .addOption(config)
    .option('--host <address>', 'where it listens', undefined)
    .option('--port <number>', 'its port; 0 takes a free one', number)
    .option('--seed <number>', 'another seed, another day', number)
    .option('--speed <factor>', 'how many times faster than life time passes in it', number)
    .option('--start <time>', 'the time it begins with: 07:30, or 2026-11-23T07:30')
    .option('--list', 'print its entities with their states, and end')
    .option('--home <file>', 'a home that was recorded, in place of the demo home')
    .option('--record [file]', 'compare with your own home, and record it in a file')
    .option('--of <home>', 'which of your homes, with --record')
    .addOption(json)
    .action(async (options: SimulateOptions & Partial<RecordOptions>) => {
      const { record: recorded, ...others } = options;
      if (recorded !== undefined) {
        const { record } = await import('./record.ts');
        end(await record({ ...others, record: recorded }, at));
        return;
      }
      using stopRequests = new StopRequests(at);
      const { simulate } = await import('./simulate.ts');
      end(await simulate(options, at, stopRequests));
    });

  program
    .command('schedule')
    .description('explain when a job runs, in plain words: every weekday at 7:30')
    .argument('<words...>', 'what stands in scheduler.run')
    .option('--zone <name>', "the time zone of the home, as in Europe/Berlin; this machine's by default")
    .option('--at <latitude,longitude>', 'where the home is, for the sun')
    .option('--from <time>', 'the time to begin with: 2026-03-29, or 2026-03-29T01:30')
    .option('--count <number>', 'how many times to show; five by default', number)
    .addOption(json)
    .action(async (words: readonly string[], options: ScheduleOptions) => {
      const { schedule } = await import('./schedule.ts');
      end(schedule(words, options, at));
    });

  program
    .command('init')
    .description('make a folder for your own apps, ready to run')
    .argument('<folder>', 'a folder that is not there yet, or has none of the files')
    .action(async (folder: string) => {
      const { init } = await import('./init.ts');
      end(await init(folder, at));
    });

  program
    .command('status')
    .description('ask the running daemon how it is')
    .addOption(config)
    .addOption(data)
    .option('--quiet', 'print nothing; the exit code says whether it runs')
    .addOption(json)
    .action(async (options: StatusOptions) => {
      const { status } = await import('./status.ts');
      end(await status(options, at));
    });

  program
    .command('events')
    .description('show what happened lately in the homes, as far as some app was told of it')
    .option('--entity <id>', 'changes of this entity, or of those that a glob means: light.*')
    .option('--event <type>', "events of this type on Home Assistant's own bus")
    .option('--service <name>', 'calls of this service: light.turn_on')
    .option('--topic <topic>', 'what apps told each other under this topic')
    .option('--app <name>', 'only what this app was told')
    .option('--since <time>', 'only of so late: 10m, or 2026-11-23T07:30:00+01:00')
    .option('--limit <number>', 'the newest so many; 50 by default', number)
    .option('--follow', 'go on with what happens, until it is stopped')
    .addOption(config)
    .addOption(data)
    .addOption(json)
    .action(async (options: EventsOptions) => {
      using stopRequests = new StopRequests(at);
      const { events } = await import('./events.ts');
      end(await events(options, at, stopRequests));
    });

  program
    .command('reconnect')
    .description('have the running daemon try at once to connect to homes that are away')
    .argument('[home]', 'only this one, by its name in the configuration')
    .addOption(config)
    .addOption(data)
    .addOption(json)
    .action(async (home: string | undefined, options: ReconnectOptions) => {
      const { reconnect } = await import('./reconnect.ts');
      end(await reconnect(home, options, at));
    });

  program
    .command('schema')
    .description('print the JSON schema of the configuration, for editors')
    .option('--write <file>', 'write it to a file')
    .action(async (options: SchemaOptions) => {
      const { schema } = await import('./schema.ts');
      end(await schema(options, at));
    });

  return program;
}

/** Runs one command line to its end, and gives its exit code. */
export async function commandLine(args: readonly string[], at: Surroundings): Promise<number> {
  let exitCode: number = exitCodes.configuration;
  const program = describeCommands(at, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // The command line is a source of configuration like others; asking for help or the version is no fault.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.configuration;
    const { sayError } = await import('./say-error.ts');
    sayError(at, error);
    return exitCodes.failed;
  }
}

async function runToEnd(args: readonly string[], at: Surroundings): Promise<void> {
  const code = await commandLine(args, at);
  process.exitCode = code;
  // Something that was left open may not keep a command from ending; what is still to be written comes first.
  process.stderr.write('', () => process.stdout.write('', () => at.exit(code)));
}

/** What `bin.cjs` calls. */
export function main(args: readonly string[], { installSpec }: Pick<Surroundings, 'installSpec'>): void {
  void runToEnd(args, processSurroundings(installSpec));
}
