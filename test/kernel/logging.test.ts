import { describe, expect, it } from 'vitest';
import { type Execution, runInExecution } from '../../src/kernel/execution.ts';
import { type LogRecord, Logging, type LoggingOptions } from '../../src/kernel/logging.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';

interface Bench {
  readonly clock: VirtualClock;
  readonly logging: Logging;
  readonly records: LogRecord[];
  readonly lines: string[];
}

function bench(options: Partial<LoggingOptions> = {}): Bench {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-03-29T00:00:00Z') });
  const lines: string[] = [];
  const logging = new Logging({ clock, format: 'json', destination: (line) => lines.push(line), ...options });
  const records: LogRecord[] = [];
  logging.tap((record) => records.push(record));
  return { clock, logging, records, lines };
}

describe('Logging', () => {
  it('writes a line of JSON with the time of the clock, the level by name and the path', async () => {
    const { clock, logging, lines } = bench();
    await clock.advanceBy(1500);
    logging.logger('home.default').info({ entityId: 'light.kitchen' }, 'came %s', 'on');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith('}\n')).toBe(true);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      time: clock.nowMs(),
      logger: 'home.default',
      entityId: 'light.kitchen',
      msg: 'came on',
    });
  });

  it('holds each level for a path and all below it', () => {
    const { logging, records } = bench({
      level: 'warn',
      levels: { 'home.default': 'debug', 'home.default.ws': 'trace' },
    });
    logging.logger('app.a').info('left out');
    logging.logger('home').info('left out');
    logging.logger('home.defaults').info('left out');
    logging.logger('home.default').debug('1');
    logging.logger('home.default.rest').debug('2');
    logging.logger('home.default.rest').trace('left out');
    logging.logger('home.default.ws.frames').trace('3');
    logging.logger('app.a').warn('4');
    expect(records.map(({ msg }) => msg)).toEqual(['1', '2', '3', '4']);
  });

  it('changes levels at run time, of loggers in use and of their children', () => {
    const { logging, records } = bench();
    const logger = logging.logger('app.hallway_light');
    const child = logger.child({ room: 'hall' }).child({ lamp: 1 }, {});
    child.debug('left out');
    logging.setLevel('app', 'trace');
    child.trace('1');
    logging.setLevel('app.hallway_light', 'error');
    child.warn('left out');
    logging.setLevel('app.hallway_light', undefined);
    child.trace('2');
    logging.setLevel('app', undefined);
    child.debug('left out');
    logging.setLevel(undefined, 'debug');
    child.debug('3');
    logging.setLevel(undefined, 'silent');
    child.fatal('left out');
    expect(records.map(({ msg }) => msg)).toEqual(['1', '2', '3']);
    expect(records[0]).toMatchObject({ room: 'hall', lamp: 1, level: 'trace' });
    expect(logging.levels()).toEqual({ '*': 'silent' });
    expect(logging.levelOf('app.other')).toBe('silent');
  });

  it('knows whether a level is heard, so that nothing is worked out in vain', () => {
    const { logging } = bench({ levels: { app: 'debug' } });
    expect(logging.logger('app.a').isLevelEnabled('debug')).toBe(true);
    expect(logging.logger('home').isLevelEnabled('debug')).toBe(false);
  });

  it('puts the current execution in', () => {
    const { logging, records } = bench();
    const execution: Execution = {
      id: 'e-17',
      signal: new AbortController().signal,
      owner: 'a',
      kind: 'job',
      name: 'lights-out',
      assertLive: () => undefined,
      park: () => () => undefined,
    };
    runInExecution(execution, () => logging.logger('app.a').info('within'), undefined);
    logging.logger('app.a').info('outside');
    expect(records[0]?.executionId).toBe('e-17');
    expect(records[1]).not.toHaveProperty('executionId');
  });

  it('takes secrets out of everything, errors and their causes included', () => {
    const { logging, lines } = bench({ hide: ['hunter22'] });
    logging.hide('s3cret-later');
    const cause = new Error('could not open ws://home/?x=hunter22');
    const error = Object.assign(new Error('failed with s3cret-later', { cause }), {
      token: 'abc',
      url: 'http://u:pw12@h/',
    });
    const logger = logging.logger('home', { pass: 'hunter22' });
    logger.error({ err: error, options: { headers: { authorization: 'Bearer xyz' } } }, 'it said hunter22');
    logger.error(error);
    logger.error({ error }, 'under its other name');
    const all = lines.join('');
    expect(lines).toHaveLength(3);
    for (const secret of ['hunter22', 's3cret', 'abc', 'xyz', 'pw12']) expect(all).not.toContain(secret);
    expect(JSON.parse(lines[2] ?? '')).toMatchObject({
      error: { type: 'Error', stack: expect.stringContaining('at ') },
    });
    expect(logging.redact('hunter22 it is')).toBe('[hidden] it is');
  });

  it('logs what cannot be made JSON of', () => {
    const { logging, records } = bench();
    const circle: Record<string, unknown> = { big: 1n };
    circle['self'] = circle;
    logging.logger('app.a').info({ circle }, 'still here');
    logging.logger('app.a').info(
      {
        bad: {
          toJSON: () => {
            throw new Error('no');
          },
        },
      },
      'and here',
    );
    expect(records.map(({ msg }) => msg)).toEqual(['still here', 'and here']);
  });

  it('is heard by taps in silence', () => {
    const { logging, records, lines } = bench({ format: 'silent' });
    logging.logger('app.a').info('heard');
    expect(records).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  it('stops telling a tap that was taken out', () => {
    const { logging } = bench();
    const heard: string[] = [];
    const untap = logging.tap(({ msg }) => heard.push(msg));
    logging.logger('a').info('1');
    untap();
    logging.logger('a').info('2');
    expect(heard).toEqual(['1']);
  });

  it('survives a tap that logs, and one that throws', () => {
    const { logging, lines } = bench();
    logging.tap(() => {
      logging.logger('tap').info('echo');
      throw new Error('bad tap');
    });
    logging.logger('a').info('1');
    logging.logger('a').info('2');
    const heard = lines.map((line): string => JSON.parse(line).msg);
    expect(heard.toSorted((one, other) => one.localeCompare(other))).toEqual([
      '1',
      '2',
      'a tap failed',
      'a tap failed',
      'echo',
      'echo',
    ]);
  });

  it('writes lines that another thread has made, without secrets', () => {
    const inThread: string[] = [];
    const clock = new VirtualClock({ now: Temporal.Instant.from('2026-03-29T00:00:00Z') });
    const thread = new Logging({ clock, format: 'json', destination: (line) => inThread.push(line) });
    thread.logger('app.a').info('with hunter22');
    const { logging, records, lines } = bench({ hide: ['hunter22'] });
    for (const line of inThread) logging.write(line);
    expect(records).toMatchObject([{ logger: 'app.a', msg: 'with [hidden]' }]);
    expect(lines).toHaveLength(1);
  });

  it('counts lines that its destination refuses, and never throws', () => {
    const { logging } = bench({
      destination: () => {
        throw new Error('no space left on device');
      },
    });
    logging.logger('a').info('1');
    logging.logger('a').info('2');
    expect(logging.lost).toBe(2);
  });

  it('says once that its file cannot be written', async () => {
    const { logging, lines } = bench({ file: { path: '/dev/null/hassette.log' } });
    logging.logger('a').info('1');
    await expect.poll(() => lines.length).toBe(2);
    logging.logger('a').info('2');
    await logging.close();
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({
      level: 'warn',
      logger: 'logging',
      msg: 'cannot write to /dev/null/hassette.log; lines are missing there until it can be written',
    });
    expect(lines).toHaveLength(3);
    expect(logging.lost).toBe(3);
  });

  it('is pretty on a terminal', () => {
    const { logging, lines } = bench({ format: 'pretty' });
    logging.logger('app.hallway').info({ lux: 12 }, 'it is dark');
    logging.logger('app.hallway').error(new Error('a lamp is out'));
    expect(lines[0]).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: app\.hallway: it is dark\n {4}lux: 12\n$/);
    expect(lines[1]).toContain('ERROR: app.hallway: a lamp is out');
    expect(lines[1]).toContain('at ');
    expect(lines.join('')).not.toContain('\u001B');
  });

  it('has colours where they are wanted', () => {
    const { logging, lines } = bench({ format: 'pretty', colors: true });
    logging.logger('app.hallway').info('it is dark');
    expect(lines[0]).toContain('\u001B[');
  });
});
