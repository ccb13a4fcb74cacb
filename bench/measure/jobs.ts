import type { FiringReport, LatenessReport, PlanReport } from '../apps/planner.ts';
import { median, percentile, rounded, smallest } from '../figures.ts';
import type { Row } from '../report.ts';
import type { Stage } from '../stage.ts';

const GROUP = 'Jobs';

/** What it takes to schedule jobs, each measured in a daemon of its own. */
export async function measureJobs(stage: Stage, rounds: number): Promise<readonly Row[]> {
  return [
    ...(await measurePlanning(stage, rounds, 10_000)),
    ...(await measurePlanning(stage, rounds, 100_000)),
    ...(await measureFiring(stage, rounds)),
    ...(await measureLateness(stage, rounds)),
  ];
}

async function measurePlanning(stage: Stage, rounds: number, jobs: number): Promise<readonly Row[]> {
  const reports: PlanReport[] = [];
  await using feed = await stage.feed(1);
  for (let round = 0; round < rounds; round += 1) {
    await using daemon = planner(stage, feed.port, { jobs, due: 'much later' });
    reports.push(await daemon.next<PlanReport>('planned'));
  }
  const timeMs = median(reports.map(({ wallMs }) => wallMs));
  const heapMb = median(reports.map((each) => each.heapMb));
  const rssMb = median(reports.map((each) => each.rssMb));
  const name = `${jobs.toLocaleString('en')} scheduled`;
  const judged = jobs === 100_000;
  return [
    {
      group: GROUP,
      what: `${name}: time`,
      hassette: `${rounded(timeMs)} ms`,
      beside: `${rounded((timeMs * 1000) / jobs)} µs each`,
      figure: timeMs / 1000,
      unit: 's',
      aim: judged ? { atMost: 1 } : undefined,
      data: { reports },
    },
    {
      group: GROUP,
      what: `${name}: memory`,
      hassette: `${rounded(rssMb)} MB of the process`,
      beside: `${rounded(heapMb)} MB of heap, ${rounded((heapMb * 1e6) / jobs)} bytes each`,
      figure: Math.max(rssMb, heapMb),
      unit: 'MB',
      aim: judged ? { atMost: 100 } : undefined,
      data: { reports },
    },
  ];
}

/** What a run costs among a hundred thousand jobs that wait, beside a thousand: a heap makes it the logarithm. */
async function measureFiring(stage: Stage, rounds: number): Promise<readonly Row[]> {
  await using feed = await stage.feed(1);
  const cpuUs = async (jobs: number): Promise<number> => {
    const reports: FiringReport[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await using daemon = planner(stage, feed.port, { jobs, due: 'one by one' });
      reports.push(await daemon.next<FiringReport>('firing'));
    }
    return median(reports.map((report) => report.cpuUs));
  };
  const few = await cpuUs(1000);
  const many = await cpuUs(100_000);
  return [
    {
      group: GROUP,
      what: 'one of 100,000 runs: processor time',
      hassette: `${rounded(many)} µs`,
      beside: `${rounded(few)} µs of 1,000`,
      figure: many / few,
      unit: '×',
      aim: { atMost: 3 },
      data: { few, many },
    },
  ];
}

async function measureLateness(stage: Stage, rounds: number): Promise<readonly Row[]> {
  const jobs = 1000;
  const reports: LatenessReport[] = [];
  await using feed = await stage.feed(1);
  for (let round = 0; round < rounds; round += 1) {
    await using daemon = planner(stage, feed.port, { jobs, due: 'at once' });
    reports.push(await daemon.next<LatenessReport>('lateness'));
  }
  const waves = (of: (report: LatenessReport) => readonly (readonly number[])[]) =>
    reports.flatMap((each) => of(each).slice(1));
  const p99 = (all: readonly (readonly number[])[]): number => median(all.map((wave) => percentile(wave, 99)));
  const atMs = p99(waves((report) => report.atMs));
  const inMs = p99(waves((report) => report.inMs));
  const firstMs = p99(reports.map((report) => report.atMs[0] ?? []));
  const earliestMs = smallest(reports.flatMap((report) => [...report.atMs, ...report.inMs].flat()));
  return [
    {
      group: GROUP,
      what: '1,000 due at once: lateness, p99',
      hassette: `${rounded(atMs)} ms at a time`,
      beside: `${rounded(inMs)} ms after a delay`,
      figure: Math.max(atMs, inMs),
      unit: 'ms',
      aim: { atMost: 10 },
      data: { reports },
    },
    {
      group: GROUP,
      what: '  the first in its life',
      hassette: `${rounded(firstMs)} ms at a time`,
      beside: 'nothing of it compiled yet',
      figure: firstMs,
      unit: 'ms',
      aim: { atMost: 10 },
      data: {},
    },
    {
      group: GROUP,
      what: '  the earliest of all',
      hassette: `${rounded(earliestMs)} ms late`,
      beside: '',
      figure: earliestMs,
      unit: 'ms',
      aim: { atLeast: 0 },
      data: {},
    },
  ];
}

function planner(stage: Stage, port: number, config: { readonly jobs: number; readonly due: string }) {
  return stage.daemon({ port, apps: { planner: { class: 'Planner', config } }, nodeArgs: ['--expose-gc'] });
}
