import type { FeedReport } from '../feed.ts';
import { median, percentile, rounded } from '../figures.ts';
import type { Row } from '../report.ts';
import type { Feed, Stage } from '../stage.ts';

interface Pace {
  readonly what: string;
  readonly perSecond: number | undefined;
}

const PACES: readonly Pace[] = [
  { what: 'one at a time', perSecond: undefined },
  { what: '200 a second', perSecond: 200 },
];
const WARM_UPS = 1;

/** From a change leaving the home to the call it causes reaching it, by the home's watch. */
export async function measureLatency(stage: Stage, rounds: number, count: number): Promise<readonly Row[]> {
  await using hassetteFeed = await stage.feed(500);
  await using loopFeed = await stage.feed(500);
  await using hassette = stage.daemon({ port: hassetteFeed.port, apps: { responder: { class: 'Responder' } } });
  await using loop = stage.reference(loopFeed.port, 'state-changed', 'all', 500);
  await hassette.next('ready');
  await loop.next('ready');
  const rows: Row[] = [];
  for (const pace of PACES) rows.push(await measurePace(hassetteFeed, loopFeed, pace, rounds, count));
  return rows;
}

async function measurePace(
  hassette: Feed,
  loop: Feed,
  { what, perSecond }: Pace,
  rounds: number,
  count: number,
): Promise<Row> {
  const product: (readonly number[])[] = [];
  const bare: (readonly number[])[] = [];
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    const taken = await reactions(hassette, count, perSecond);
    const loopTaken = await reactions(loop, count, perSecond);
    if (round < 0) continue;
    product.push(taken);
    bare.push(loopTaken);
  }
  const differences = product.map((taken, round) => percentile(taken, 99) - percentile(bare[round] ?? [], 99));
  return {
    group: 'From a change to the call it causes, against the bare loop',
    what: `${what}, p99`,
    hassette: inWords(product),
    beside: inWords(bare),
    figure: median(differences),
    unit: 'ms more',
    aim: { atMost: 1 },
    data: { hassette: product.map(summary), bareLoop: bare.map(summary), differences },
  };
}

async function reactions(feed: Feed, count: number, perSecond: number | undefined): Promise<readonly number[]> {
  feed.send({ do: 'provoke', count, perSecond });
  const { latenciesMs } = await feed.next<Extract<FeedReport, { kind: 'reactions' }>>('reactions');
  return latenciesMs;
}

function summary(taken: readonly number[]): Readonly<Record<string, number>> {
  return { p50Ms: percentile(taken, 50), p99Ms: percentile(taken, 99), maxMs: percentile(taken, 100) };
}

function inWords(rounds: readonly (readonly number[])[]): string {
  const each = (percent: number): string => rounded(median(rounds.map((taken) => percentile(taken, percent))));
  return `p50 ${each(50)} ms, p99 ${each(99)} ms`;
}
