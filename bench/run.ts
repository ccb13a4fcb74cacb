import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureCalls } from './measure/calls.ts';
import { measureJobs } from './measure/jobs.ts';
import { measureLatency } from './measure/latency.ts';
import { measureMemory } from './measure/memory.ts';
import { measureOverload } from './measure/overload.ts';
import { measureReconnect } from './measure/reconnect.ts';
import { measureRules } from './measure/rules.ts';
import { measureStart } from './measure/start.ts';
import { measureStorage } from './measure/storage.ts';
import { measureSubscriptions } from './measure/subscriptions.ts';
import { measureThroughput } from './measure/throughput.ts';
import { measureWaits } from './measure/waits.ts';
import { buildPackage } from './package-under-test.ts';
import { type Row, tableOf, verdictOf } from './report.ts';
import { Stage } from './stage.ts';

/**
 * Measures hassette beside the least that does the same. See docs/reference/performance.md.
 *
 *   npm run bench                          everything
 *   npm run bench -- throughput jobs       some of it
 *   npm run bench -- --quick               fewer rounds, for a first look
 */
const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean' } } });
const quick = values.quick === true;
const rounds = quick ? 3 : 7;

const measurements: Readonly<Record<string, (stage: Stage) => Promise<readonly Row[]>>> = {
  throughput: (stage) => measureThroughput(stage, rounds, quick ? 50_000 : 100_000),
  latency: (stage) => measureLatency(stage, rounds, quick ? 200 : 500),
  calls: (stage) => measureCalls(stage, rounds, quick ? 50_000 : 100_000),
  reconnect: (stage) => measureReconnect(stage, 3 * rounds),
  jobs: (stage) => measureJobs(stage, rounds),
  subscriptions: (stage) => measureSubscriptions(stage, rounds),
  rules: (stage) => measureRules(stage, rounds, quick ? 50_000 : 100_000),
  waits: (stage) => measureWaits(stage, rounds, 10_000),
  start: (stage) => measureStart(stage, rounds),
  memory: (stage) => measureMemory(stage, quick ? 1 : 3),
  storage: () => measureStorage(quick ? 1 : 3, quick ? 2000 : 5000),
  overload: (stage) => measureOverload(stage, quick ? 3 : 10),
};

const chosen = positionals.length === 0 ? Object.keys(measurements) : positionals;
const unknown = chosen.filter((name) => !Object.hasOwn(measurements, name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no measurement ${unknown.join(', ')}; there are ${Object.keys(measurements).join(', ')}.\n`,
  );
  process.exit(2);
}

process.stderr.write('building the package\n');
const packageFolder = buildPackage();
using stage = new Stage(packageFolder);
const rows: Row[] = [];
for (const name of chosen) {
  process.stderr.write(`measuring ${name}\n`);
  rows.push(...((await measurements[name]?.(stage)) ?? []));
}

process.stdout.write(`${tableOf(rows)}\n`);
const file = join(
  import.meta.dirname,
  'results',
  `${Temporal.Now.plainDateTimeISO().toString({ smallestUnit: 'second' }).replaceAll(':', '')}.json`,
);
mkdirSync(join(import.meta.dirname, 'results'), { recursive: true });
const machine = { node: process.version, cores: cpus().length, cpu: cpus()[0]?.model.trim() };
const judged = rows.map((row) => ({ ...row, verdict: verdictOf(row) }));
writeFileSync(file, `${JSON.stringify({ machine, rows: judged }, undefined, 2)}\n`);
process.stderr.write(`all figures: ${file}\n`);
