import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../child.ts';
import { median, rounded } from '../figures.ts';
import type { Row } from '../report.ts';
import { type Stage, writeRooms } from '../stage.ts';
import { BARE_IMPORTS } from './bare-imports.ts';

/** A process is looked at after it has been idle for so long. */
const IDLE_MS = 5000;
const MANY = 100;

/** What the operating system says that an idle process has in memory. */
export async function measureMemory(stage: Stage, rounds: number): Promise<readonly Row[]> {
  await using feed = await stage.feed(500);
  const { port } = feed;
  const one: number[] = [];
  const many: number[] = [];
  const manyClasses: number[] = [];
  const node: number[] = [];
  const imports: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    one.push(await whenIdle(daemonOf(stage, port, 1, 1), 1));
    many.push(await whenIdle(daemonOf(stage, port, MANY, 1), MANY));
    manyClasses.push(await whenIdle(daemonOf(stage, port, MANY, MANY), MANY));
    node.push(await whenIdle(stage.bare([], stage.newFolder()), 1));
    imports.push(await whenIdle(stage.bare(BARE_IMPORTS, stage.newFolder()), 1));
  }
  const beside = `bare Node ${rounded(median(node))} MB, with imports ${rounded(median(imports))} MB`;
  const row = (what: string, megabytes: readonly number[]): Omit<Row, 'figure' | 'unit'> => ({
    group: 'Memory, idle',
    what,
    hassette: `${rounded(median(megabytes))} MB`,
    beside,
    data: { megabytes, node, imports },
  });
  const more = { unit: 'MB more', aim: { atMost: 20 } };
  return [
    { ...row('1 app', one), figure: median(one), unit: 'MB', aim: { atMost: 110 } },
    { ...row(`${MANY} apps of one class`, many), figure: median(many) - median(one), ...more },
    { ...row(`${MANY} apps, a class and file each`, manyClasses), figure: median(manyClasses) - median(one), ...more },
  ];
}

/** It has started once before, as a daemon usually has: what is compiled is there. */
async function daemonOf(stage: Stage, port: number, count: number, classes: number): Promise<Child> {
  const folder = stage.newFolder();
  const apps = writeRooms(folder, count, classes);
  {
    await using first = stage.daemon({ port, apps, folder });
    for (let ready = 0; ready < count; ready += 1) await first.next('ready');
  }
  return stage.daemon({ port, apps, folder });
}

async function whenIdle(started: Child | Promise<Child>, readies: number): Promise<number> {
  await using child = await started;
  for (let ready = 0; ready < readies; ready += 1) await child.next('ready');
  await sleep(IDLE_MS);
  return residentMb(child.pid);
}

function residentMb(pid: number): number {
  return (Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024) / 1e6;
}
