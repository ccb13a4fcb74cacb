import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exchangeDifference } from './recordings/exchange.ts';
import { Likeness } from './recordings/likeness.ts';
import { derivedEntities, RecordedHouse } from './recordings/recorded-house.ts';
import { comparableHeaders, replayFrames, replayRequest } from './recordings/replay.ts';
import { type Frame, readSamples, type Sample } from './recordings/samples.ts';
import { specialDifference } from './recordings/specials.ts';

const samples = readSamples();
const house = new RecordedHouse(samples);

/** Recordings that the simulated home does not live up to, with the reason. The list only ever gets shorter. */
const notSimulated = new Map(
  Object.entries(
    JSON.parse(readFileSync(join(import.meta.dirname, 'not-simulated.json'), 'utf8')) as Record<
      string,
      readonly string[]
    >,
  ).flatMap(([reason, names]) => names.map((name): [string, string] => [name, reason])),
);

/** That recording's client was still sending, and saw a reset in place of the closing frame; its note says so. */
function framesOf({ name, frames }: Sample): readonly Frame[] {
  if (name !== 'ws/limits/message-too-large') return frames;
  return frames.map((frame) => (frame.dir === 'in' ? { ...frame, data: '<closed, code 1009>' } : frame));
}

/** Plays a recording to the simulated home; says where it does something else. */
async function differenceOf(sample: Sample): Promise<string | undefined> {
  const special = specialDifference(sample, () => house.before(sample));
  if (special !== undefined) return special;
  const stage = house.before(sample);
  const { request, response } = sample;
  if (request === undefined || response === undefined) {
    return exchangeDifference(framesOf(sample), await replayFrames(sample, stage), derivedEntities);
  }
  const answer = await stage.clock.pump(replayRequest(sample, request, stage));
  const likeness = new Likeness();
  const comparable = ({ status, headers, body }: typeof response): unknown => ({
    status,
    headers: comparableHeaders(headers),
    body,
  });
  return likeness.difference(comparable(response), comparable(answer));
}

describe('recordings of a real home', () => {
  it('are all accounted for', () => {
    expect(samples).toHaveLength(339);
    expect([...notSimulated.keys()].filter((name) => !samples.some((sample) => sample.name === name))).toEqual([]);
    expect(notSimulated.size).toBe(18);
  });

  it.each(samples.filter(({ name }) => !notSimulated.has(name)))('$name is simulated', async (sample) => {
    expect(await differenceOf(sample)).toBeUndefined();
  });

  it.each(samples.filter(({ name }) => notSimulated.has(name)))(
    '$name is rightly listed as not simulated',
    async (sample) => {
      expect(await differenceOf(sample).catch(String)).toBeDefined();
    },
  );
});
