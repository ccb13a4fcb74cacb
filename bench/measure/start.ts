import type { Child, Message } from '../child.ts';
import { median, rounded } from '../figures.ts';
import type { Row } from '../report.ts';
import { type Stage, writeRooms } from '../stage.ts';
import { BARE_IMPORTS } from './bare-imports.ts';

interface Ready extends Message {
  readonly kind: 'ready';
  /** In milliseconds since the epoch. */
  readonly atMs: number;
}

const APPS = 5;

/** From the command to the first handler that is ready, the home connected and its states there. */
export async function measureStart(stage: Stage, rounds: number): Promise<readonly Row[]> {
  await using feed = await stage.feed(500);
  const { port } = feed;
  const cold: number[] = [];
  const warm: number[] = [];
  const node: number[] = [];
  const importsCold: number[] = [];
  const importsWarm: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const folder = stage.newFolder();
    const bareFolder = stage.newFolder();
    const apps = writeRooms(folder, APPS);
    cold.push(await untilReady(stage.daemon({ port, apps, folder })));
    warm.push(await untilReady(stage.daemon({ port, apps, folder })));
    node.push(await untilReady(stage.bare([], bareFolder)));
    importsCold.push(await untilReady(stage.bare(BARE_IMPORTS, bareFolder)));
    importsWarm.push(await untilReady(stage.bare(BARE_IMPORTS, bareFolder)));
  }
  const row = (what: string, taken: readonly number[], imports: readonly number[]): Row => ({
    group: `Start to the first handler, with ${APPS} TypeScript apps`,
    what,
    hassette: `${rounded(median(taken))} ms`,
    beside: `bare Node ${rounded(median(node))} ms, with imports ${rounded(median(imports))} ms`,
    figure: median(taken) / 1000,
    unit: 's',
    aim: { atMost: 0.5 },
    data: { taken, node, imports },
  });
  return [row('nothing compiled before', cold, importsCold), row('started before', warm, importsWarm)];
}

async function untilReady(started: Child): Promise<number> {
  await using child = started;
  const { atMs } = await child.next<Ready>('ready');
  return atMs - child.beganMs;
}
