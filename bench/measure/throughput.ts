import type { BurstReport } from '../apps/burst-meter.ts';
import type { Child } from '../child.ts';
import { median, ratios, rounded } from '../figures.ts';
import type { Watch } from '../reference.ts';
import type { Row } from '../report.ts';
import type { Feed, Stage } from '../stage.ts';

interface Case {
  readonly what: string;
  readonly watch: Watch;
  readonly entities: number;
}

const CASES: readonly Case[] = [
  { what: '500 entities, one handler for all', watch: 'all', entities: 500 },
  { what: '500 entities, 1 of them watched', watch: 'one', entities: 500 },
  { what: '10,000 entities, a handler for each', watch: 'each', entities: 10_000 },
];
const WARM_UPS = 2;

interface Subject {
  readonly feed: Feed;
  readonly child: Child;
}

/** Changes a second, taken as fast as they can be. Both sides are given the same changes in turn. */
export async function measureThroughput(stage: Stage, rounds: number, changes: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const each of CASES) rows.push(await measureCase(stage, each, rounds, changes));
  return rows;
}

async function measureCase(
  stage: Stage,
  { what, watch, entities }: Case,
  rounds: number,
  changes: number,
): Promise<Row> {
  await using hassetteFeed = await stage.feed(entities);
  await using loopFeed = await stage.feed(entities);
  await using floorFeed = await stage.feed(entities);
  const apps = { listener: { class: 'Listener', config: { watch, entities } } };
  await using hassette = stage.daemon({ port: hassetteFeed.port, apps });
  await using loop = stage.reference(loopFeed.port, 'state-changed', watch, entities);
  await using floor = stage.reference(floorFeed.port, 'differences', watch, entities);
  const subjects: readonly Subject[] = [
    { feed: hassetteFeed, child: hassette },
    { feed: loopFeed, child: loop },
    { feed: floorFeed, child: floor },
  ];
  for (const { child } of subjects) await child.next('ready');

  const reports: BurstReport[][] = subjects.map(() => []);
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    for (const [index, { feed, child }] of subjects.entries()) {
      feed.send({ do: 'burst', count: changes });
      const report = await child.next<BurstReport>('burst');
      if (round >= 0) reports[index]?.push(report);
    }
  }

  const [product = [], bare = [], least = []] = reports;
  const wanted = watch === 'one' ? changes / entities : changes;
  for (const { handled } of product) {
    if (Math.abs(handled - wanted) > 1) throw new Error(`${what}: ${handled} changes were handled, not ${wanted}`);
  }
  const ratio = median(ratios(product.map(perSecond(changes)), bare.map(perSecond(changes))));
  const costs = (of: readonly BurstReport[]): number => median(of.map(({ cpuMs }) => (cpuMs * 1000) / changes));
  const inWords = (of: readonly BurstReport[]): string =>
    `${Math.round(median(of.map(perSecond(changes))) / 1000)}k/s, ${rounded(costs(of))} µs CPU`;
  return {
    group: 'Changes a second, from socket to handler, against the bare loop',
    what,
    hassette: inWords(product),
    beside: `${inWords(bare)} (parse only: ${rounded(costs(least))} µs)`,
    figure: ratio,
    unit: 'times',
    aim: { atLeast: 2 },
    data: { changes, hassette: product, bareLoop: bare, parseOnly: least, cpuRatio: costs(bare) / costs(product) },
  };
}

function perSecond(changes: number): (report: BurstReport) => number {
  return ({ wallMs }) => (changes / wallMs) * 1000;
}
