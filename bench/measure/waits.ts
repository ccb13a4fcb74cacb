import type { BurstReport } from '../apps/burst-meter.ts';
import { median, rounded } from '../figures.ts';
import type { Row } from '../report.ts';
import type { Stage } from '../stage.ts';

const ENTITIES = 10_000;
const CASES = [
  { what: 'a hold that begins, in place of the one before', holds: 'begin' },
  { what: 'a hold that begins and fires', holds: 'fire' },
] as const;
const WARM_UPS = 1;

/** What holds cost that outlive the daemon, beside those that do not: both are given the same changes in turn. */
export async function measureWaits(stage: Stage, rounds: number, changes: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { what, holds } of CASES) {
    const [lasting, durable] = await measure(stage, rounds, changes, holds);
    const costOf = (reports: readonly BurstReport[]): number =>
      median(reports.map(({ cpuMs }) => (cpuMs * 1000) / changes));
    const cost = costOf(durable);
    const beside = costOf(lasting);
    rows.push({
      group: 'Durable holds: CPU time of a change, of 10,000 entities in turn',
      what,
      hassette: `${rounded(cost)} µs`,
      beside: `${rounded(beside)} µs without durable`,
      figure: cost / beside,
      unit: 'times',
      data: { lasting, durable },
    });
  }
  return rows;
}

async function measure(
  stage: Stage,
  rounds: number,
  changes: number,
  holds: (typeof CASES)[number]['holds'],
): Promise<readonly [lasting: readonly BurstReport[], durable: readonly BurstReport[]]> {
  await using stack = new AsyncDisposableStack();
  const subjects = [];
  for (const durable of [false, true]) {
    const feed = stack.use(await stage.feed(ENTITIES));
    const apps = { holder: { class: 'Holder', config: { durable, holds } } };
    const child = stack.use(stage.daemon({ port: feed.port, apps }));
    await child.next('ready');
    subjects.push({ feed, child, reports: [] as BurstReport[] });
  }
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    for (const { feed, child, reports } of subjects) {
      feed.send({ do: 'burst', count: changes });
      const report = await child.next<BurstReport>('burst');
      const fired = holds === 'fire' ? changes : 0;
      if (report.handled !== fired) throw new Error(`${report.handled} holds fired, not ${fired}`);
      if (round >= 0) reports.push(report);
    }
  }
  const [lasting = [], durable = []] = subjects.map(({ reports }) => reports);
  return [lasting, durable];
}
