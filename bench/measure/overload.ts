import type { OverloadReport } from '../apps/sluggish.ts';
import type { FeedReport } from '../feed.ts';
import { rounded } from '../figures.ts';
import type { Row } from '../report.ts';
import type { Stage } from '../stage.ts';

const PER_SECOND = 4000;
const GROUP = `${PER_SECOND.toLocaleString('en')} changes a second into a handler that takes 50 ms`;

/** The home is listened to all the while; what the handler cannot take is dropped and counted. */
export async function measureOverload(stage: Stage, seconds: number): Promise<readonly Row[]> {
  await using feed = await stage.feed(500);
  await using daemon = stage.daemon({ port: feed.port, apps: { sluggish: { class: 'Sluggish' } } });
  await daemon.next('ready');
  daemon.send('begin');
  feed.send({ do: 'pace', perSecond: PER_SECOND, seconds });
  const { count, largestBacklogBytes } = await feed.next<Extract<FeedReport, { kind: 'sent' }>>('sent');
  daemon.send('end');
  const report = await daemon.next<OverloadReport>('overload');
  const { received, run, dropped, delayP99Ms, delayMaxMs } = report;
  const uncounted = count - run - dropped;
  const data = { count, largestBacklogBytes, ...report };
  return [
    {
      group: GROUP,
      what: 'event loop delay, p99',
      hassette: `${rounded(delayP99Ms)} ms, at most ${rounded(delayMaxMs)} ms`,
      beside: `at most ${rounded(largestBacklogBytes / 1000)} kB unread`,
      figure: delayP99Ms,
      unit: 'ms',
      aim: { atMost: 10 },
      data,
    },
    {
      group: GROUP,
      what: 'neither run, nor dropped and counted, nor in line',
      hassette: `${count} sent, ${received} received, ${run} run, ${dropped} dropped`,
      beside: '',
      figure: Math.max(0, uncounted - IN_LINE),
      unit: 'changes',
      aim: { atMost: 0 },
      data,
    },
  ];
}

/** The line of a handler, and the reading of the last changes. */
const IN_LINE = 100;
