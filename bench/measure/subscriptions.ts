import type { HeardReport, SubscribedReport } from '../apps/subscriber.ts';
import { median, rounded } from '../figures.ts';
import type { Row } from '../report.ts';
import type { Stage } from '../stage.ts';

const GROUP = 'Subscriptions';
const MANY = 100_000;
const FEW = 1000;
const ENTITIES = 5000;

/** What a hundred thousand subscriptions take, and one event among them, each measured in a daemon of its own. */
export async function measureSubscriptions(stage: Stage, rounds: number): Promise<readonly Row[]> {
  await using feed = await stage.feed(ENTITIES);
  const subscribed = async (subscriptions: number): Promise<readonly SubscribedReport[]> => {
    const reports: SubscribedReport[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await using daemon = subscriber(stage, feed.port, { subscriptions, entities: ENTITIES, to: 'states' });
      reports.push(await daemon.next<SubscribedReport>('subscribed'));
    }
    return reports;
  };
  const cpuUs = async (subscriptions: number): Promise<number> => {
    const reports: HeardReport[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await using daemon = subscriber(stage, feed.port, { subscriptions, entities: ENTITIES, to: 'topics' });
      reports.push(await daemon.next<HeardReport>('heard'));
    }
    return median(reports.map((report) => report.cpuUs));
  };
  const reports = await subscribed(MANY);
  const timeMs = median(reports.map(({ wallMs }) => wallMs));
  const heapMb = median(reports.map((each) => each.heapMb));
  const rssMb = median(reports.map((each) => each.rssMb));
  const few = await cpuUs(FEW);
  const many = await cpuUs(MANY);
  return [
    {
      group: GROUP,
      what: '100,000 to states: time',
      hassette: `${rounded(timeMs)} ms`,
      beside: `${rounded((timeMs * 1000) / MANY)} µs each`,
      figure: timeMs / 1000,
      unit: 's',
      data: { reports },
    },
    {
      group: GROUP,
      what: '100,000 to states: memory',
      hassette: `${rounded(rssMb)} MB of the process`,
      beside: `${rounded(heapMb)} MB of heap, ${rounded((heapMb * 1e6) / MANY)} bytes each`,
      figure: Math.max(rssMb, heapMb),
      unit: 'MB',
      data: { reports },
    },
    {
      group: GROUP,
      what: 'one event among 100,000: processor time',
      hassette: `${rounded(many)} µs`,
      beside: `${rounded(few)} µs among 1,000`,
      figure: many / few,
      unit: '×',
      aim: { atMost: 3 },
      data: { few, many },
    },
  ];
}

function subscriber(
  stage: Stage,
  port: number,
  config: { readonly subscriptions: number; readonly entities: number; readonly to: 'states' | 'topics' },
) {
  return stage.daemon({ port, apps: { subscriber: { class: 'Subscriber', config } }, nodeArgs: ['--expose-gc'] });
}
