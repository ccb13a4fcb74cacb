import { once } from 'node:events';
import { connect } from 'node:net';
import { SimulatorServer } from '../../../src/simulator/socket-server.ts';
import { Likeness } from './likeness.ts';
import type { Stage } from './replay.ts';
import type { Sample } from './samples.ts';

/**
 * Recordings that are no exchange of frames.
 *
 * @returns where the simulated home does something else, or undefined for a recording like the others.
 */
export function specialDifference(sample: Sample, stage: () => Stage): Promise<string | undefined> | undefined {
  if (sample.name === 'ws/protocol/handshake') return handshakeDifference(sample, stage());
  if (sample.name === 'ws/limits/slow-reader') return slowReaderDifference(sample, stage());
  return undefined;
}

/** Real sockets: what is compared is the text of the upgrade. */
async function handshakeDifference({ raw }: Sample, { home }: Stage): Promise<string | undefined> {
  await using server = await SimulatorServer.listen(home);
  const socket = connect(server.port, '127.0.0.1');
  socket.write(String(raw.request).replace(/Host: .*/, `Host: 127.0.0.1:${server.port}`));
  const [answer]: unknown[] = await once(socket, 'data');
  socket.destroy();
  return new Likeness().difference(upgradeOf(String(raw.response)), upgradeOf(String(answer)));
}

/** The status line, and the headers less date and server. */
function upgradeOf(answer: string): unknown {
  const [status, ...lines] = answer.split('\r\n\r\n')[0]?.split('\r\n') ?? [];
  const headers = lines.map((line) => line.toLowerCase()).filter((line) => !/^(date|server):/.test(line));
  return { status, headers: headers.toSorted() };
}

/** A subscriber stops reading while events are fired; the home ends the connection with a closing frame. */
async function slowReaderDifference({ raw }: Sample, { home, clock }: Stage): Promise<string | undefined> {
  const closed: number[] = [];
  const listener = { onText: () => undefined, onClose: (code: number) => void closed.push(code) };
  const socket = await clock.pump(home.transport.connect(listener, new AbortController().signal));
  socket.send(JSON.stringify({ type: 'auth', access_token: home.token }));
  socket.send(JSON.stringify({ id: 1, type: 'subscribe_events', event_type: 'contract_flood' }));
  await clock.settle();
  socket.pause();
  const event = { pad: 'x'.repeat(Number(raw.padBytes)) };
  const limit = /Reached (\d+) pending messages/.exec(String(raw.log))?.[1];
  for (let fired = 0; fired < Number(raw.fired); fired++) {
    if (home.connectionCount === 0) {
      if (fired !== Number(limit)) return `ended after ${fired} events, and not after ${limit}`;
      socket.resume();
      await clock.settle();
      return closed.join() === '1000' && raw.closeFrameAtEnd === true ? undefined : `closed with ${closed.join()}`;
    }
    home.fireEvent('contract_flood', event);
  }
  return `still open after ${String(raw.fired)} events`;
}
