import type { BurstReport } from '../apps/burst-meter.ts';
import type { Child } from '../child.ts';
import type { CallsInBurst, FeedReport } from '../feed.ts';
import { median, ratios, rounded } from '../figures.ts';
import type { Row } from '../report.ts';
import type { AppInstance, Feed, Stage } from '../stage.ts';

const ENTITIES = 500;
const IN_FLIGHT = 100;
const KNOWN_CALLS = 500;
const WARM_UPS = 2;

interface Subject extends AsyncDisposable {
  readonly feed: Feed;
  readonly child: Child;
}

/** What calls cost those who follow changes. */
export async function measureCalls(stage: Stage, rounds: number, changes: number): Promise<readonly Row[]> {
  return [await inFlight(stage, rounds, changes), ...(await provenance(stage, rounds, changes))];
}

/** The same changes, while calls wait for their answers and while none does. */
async function inFlight(stage: Stage, rounds: number, changes: number): Promise<Row> {
  const caller = { class: 'Caller', config: { calls: IN_FLIGHT } };
  await using busy = await open(stage, { caller, listener: listener(false) });
  await using idle = await open(stage, { caller, listener: listener(false) });
  busy.feed.send({ do: 'hold', calls: IN_FLIGHT });
  await busy.feed.next<Extract<FeedReport, { kind: 'held' }>>('held');
  const while100: BurstReport[] = [];
  const whileNone: BurstReport[] = [];
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    const report = await burst(busy, changes);
    const other = await burst(idle, changes);
    if (round < 0) continue;
    while100.push(report);
    whileNone.push(other);
  }
  return {
    group: 'Changes a second while calls are in flight',
    what: `${IN_FLIGHT} calls unanswered`,
    hassette: inWords(while100, changes),
    beside: `${inWords(whileNone, changes)} with none`,
    figure: median(ratios(whileNone.map(wallOf), while100.map(wallOf))),
    unit: 'times',
    aim: { atLeast: 0.9 },
    data: { changes, inFlight: while100, none: whileNone },
  };
}

const CASES: readonly { readonly what: string; readonly calls: CallsInBurst | undefined }[] = [
  { what: 'asked of each', calls: undefined },
  { what: 'a tenth caused by own calls, each told of before', calls: 'own' },
  { what: 'a tenth caused by calls of others, each told of before', calls: 'of others' },
];

/** What it costs to ask of each change whose doing it is, beside the same changes without that question. */
async function provenance(stage: Stage, rounds: number, changes: number): Promise<readonly Row[]> {
  const responder = { class: 'Responder' };
  await using asking = await open(stage, { responder, listener: listener(true) });
  await using silent = await open(stage, { responder, listener: listener(false) });
  for (const { feed } of [asking, silent]) {
    feed.send({ do: 'provoke', count: KNOWN_CALLS });
    await feed.next<Extract<FeedReport, { kind: 'reactions' }>>('reactions');
  }
  const costs = CASES.map(() => ({ asked: [] as number[], notAsked: [] as number[] }));
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    for (const [index, { calls }] of CASES.entries()) {
      const asked = await burst(asking, changes, calls);
      const notAsked = await burst(silent, changes, calls);
      if (round < 0) continue;
      costs[index]?.asked.push(costOf(asked, changes));
      costs[index]?.notAsked.push(costOf(notAsked, changes));
    }
  }
  const plain = median(costs[0]?.notAsked ?? []);
  return CASES.map(({ what }, index) => {
    const { asked = [], notAsked = [] } = costs[index] ?? {};
    return {
      group: 'Whose doing each change is, in CPU time of a change',
      what,
      hassette: `${rounded(median(asked))} µs`,
      beside: `${rounded(median(notAsked))} µs not asked, ${rounded(plain)} without calls`,
      figure: median(asked.map((cost, round) => cost - (notAsked[round] ?? Number.NaN))),
      unit: 'µs more',
      data: { changes, asked, notAsked },
    };
  });
}

function listener(causes: boolean): AppInstance {
  return { class: 'Listener', config: { watch: 'all', entities: ENTITIES, causes } };
}

async function open(stage: Stage, apps: Readonly<Record<string, AppInstance>>): Promise<Subject> {
  const feed = await stage.feed(ENTITIES);
  const child = stage.daemon({ port: feed.port, apps });
  for (const _app of Object.keys(apps)) await child.next('ready');
  return {
    feed,
    child,
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      await feed[Symbol.asyncDispose]();
    },
  };
}

async function burst({ feed, child }: Subject, count: number, calls?: CallsInBurst): Promise<BurstReport> {
  feed.send({ do: 'burst', count, calls });
  const report = await child.next<BurstReport>('burst');
  if (Math.abs(report.handled - count) > 1) throw new Error(`${report.handled} of ${count} changes were handled`);
  return report;
}

function costOf({ cpuMs }: BurstReport, changes: number): number {
  return (cpuMs * 1000) / changes;
}

function wallOf({ wallMs }: BurstReport): number {
  return wallMs;
}

function inWords(reports: readonly BurstReport[], changes: number): string {
  const perSecond = (changes / median(reports.map(wallOf))) * 1000;
  return `${Math.round(perSecond / 1000)}k/s, ${rounded(median(reports.map((each) => costOf(each, changes))))} µs CPU`;
}
