import { z } from 'zod';
import { readWebAddress } from '../kernel/web-address.ts';

const EXAMPLE = 'http://homeassistant.local:8123';

/** The schema of a home's address; its output is normalised. */
export const address = z.string().transform((text, context) => {
  const reading = readWebAddress(text, EXAMPLE);
  const refuse = (hint: string): never => {
    context.addIssue({ code: 'custom', params: { expected: 'the address of a Home Assistant', hint } });
    return z.NEVER;
  };
  if (reading.kind === 'problem') return refuse(reading.hint);
  if (/\/api(\/websocket)?$/.test(reading.base)) {
    return refuse('Give the address without /api, as a browser would open it.');
  }
  return reading.base;
});
