import { readFileSync } from 'node:fs';
import type { ServicesResult } from '../../src/home-assistant/protocol/wire.ts';

/** The services of a real Home Assistant 2026.11, as it describes them. */
export const DESCRIPTIONS: ServicesResult = readRecording();

function readRecording(): ServicesResult {
  const url = new URL('../fixtures/wire/ws/core/get-services.json', import.meta.url);
  const { frames } = JSON.parse(readFileSync(url, 'utf8')) as { frames: { data: { result?: ServicesResult } }[] };
  const result = frames.find(({ data }) => data.result !== undefined)?.data.result;
  if (result === undefined) throw new Error('the recording holds no services');
  return result;
}
