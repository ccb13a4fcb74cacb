import type { BurstReport } from '../apps/burst-meter.ts';
import type { Child } from '../child.ts';
import type { FeedReport } from '../feed.ts';
import { median, rounded } from '../figures.ts';
import type { Row } from '../report.ts';
import type { Feed, Stage } from '../stage.ts';

const ENTITIES = 5000;
const CHANGED = 500;
const WARM_UPS = 2;

type Returned = Extract<FeedReport, { kind: 'returned' }>;

/** From the socket that is back to the call that a change causes which came after the states, by the home's watch. */
export async function measureReconnect(stage: Stage, rounds: number): Promise<readonly Row[]> {
  await using hassetteFeed = await stage.feed(ENTITIES);
  await using loopFeed = await stage.feed(ENTITIES);
  const apps = {
    listener: { class: 'Listener', config: { watch: 'all', entities: ENTITIES } },
    responder: { class: 'Responder' },
  };
  const connection = { firstRetry: '100ms', lastRetry: '100ms' };
  await using hassette = stage.daemon({ port: hassetteFeed.port, apps, connection });
  await using loop = stage.reference(loopFeed.port, 'differences', 'all', ENTITIES);
  for (const child of [hassette, hassette, loop]) await child.next('ready');
  const product: number[] = [];
  const bare: number[] = [];
  let snapshotBytes = 0;
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    const returned = await interrupt(hassetteFeed, hassette);
    if (returned.told < CHANGED) throw new Error(`${returned.told} of ${CHANGED} changed sensors were told`);
    const loopReturned = await interrupt(loopFeed, loop);
    if (round < 0) continue;
    product.push(returned.tookMs);
    bare.push(loopReturned.tookMs);
    ({ snapshotBytes } = returned);
  }
  return [
    {
      group: 'A connection that is back, until the first event after it is answered',
      what: `${ENTITIES.toLocaleString('en')} entities, ${CHANGED} of them changed`,
      hassette: `${rounded(median(product))} ms`,
      beside: `${rounded(median(bare))} ms, which only parses ${rounded(snapshotBytes / 1e6)} MB of states`,
      figure: median(product.map((tookMs, round) => tookMs - (bare[round] ?? Number.NaN))),
      unit: 'ms more',
      aim: { atMost: 20 },
      data: { hassette: product, bareLoop: bare, snapshotBytes },
    },
  ];
}

async function interrupt(feed: Feed, child: Child): Promise<Returned & { readonly told: number }> {
  feed.send({ do: 'interrupt', changed: CHANGED });
  const returned = await feed.next<Returned>('returned');
  const { handled } = await child.next<BurstReport>('burst');
  return { ...returned, told: handled };
}
