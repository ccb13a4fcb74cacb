import type { BurstReport } from '../apps/burst-meter.ts';
import type { Child } from '../child.ts';
import { median, rounded } from '../figures.ts';
import type { Row } from '../report.ts';
import type { Feed, Stage } from '../stage.ts';

interface Case {
  readonly what: string;
  readonly rules: number;
  readonly asks: 'each change' | 'nothing';
}

const ENTITIES = 10_000;
const CASES: readonly Case[] = [
  { what: '1 rule, about one of them', rules: 1, asks: 'each change' },
  { what: '10,000 rules, whose reads each change leaves as they were', rules: 10_000, asks: 'nothing' },
  { what: '10,000 rules, one of them asked for each change', rules: 10_000, asks: 'each change' },
];
const WARM_UPS = 2;

/** What a change costs where there are rules: all cases are given the same changes in turn. */
export async function measureRules(stage: Stage, rounds: number, changes: number): Promise<readonly Row[]> {
  await using stack = new AsyncDisposableStack();
  const subjects: { readonly feed: Feed; readonly child: Child; readonly reports: BurstReport[] }[] = [];
  for (const { rules, asks } of CASES) {
    const feed = stack.use(await stage.feed(ENTITIES));
    const apps = { ruler: { class: 'Ruler', config: { rules, asks } } };
    const child = stack.use(stage.daemon({ port: feed.port, apps }));
    await child.next('ready');
    subjects.push({ feed, child, reports: [] });
  }
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    for (const { feed, child, reports } of subjects) {
      feed.send({ do: 'burst', count: changes });
      const report = await child.next<BurstReport>('burst');
      if (round >= 0) reports.push(report);
    }
  }
  const costs = subjects.map(({ reports }) => median(reports.map(({ cpuMs }) => (cpuMs * 1000) / changes)));
  return CASES.map(({ what, rules, asks }, index) => {
    const asked = median(subjects[index]?.reports.map(({ handled }) => handled) ?? []);
    const wanted = asks === 'nothing' ? 0 : (changes * rules) / ENTITIES;
    if (Math.abs(asked - wanted) > 1) throw new Error(`${what}: conditions were asked ${asked} times, not ${wanted}`);
    const cost = costs[index] ?? Number.NaN;
    return {
      group: 'Rules: CPU time of a change, of 10,000 entities in turn',
      what,
      hassette: `${rounded(cost)} µs`,
      beside: `asked ${asked.toLocaleString('en')} times for ${changes.toLocaleString('en')} changes`,
      figure: cost / (costs[0] ?? Number.NaN),
      unit: 'times one rule',
      data: { reports: subjects[index]?.reports },
    };
  });
}
