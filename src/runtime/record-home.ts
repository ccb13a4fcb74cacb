import type { HomeConfiguration } from '../config/schema.ts';
import { HomeConnection } from '../home-assistant/connection/home-connection.ts';
import { NetworkTransport } from '../home-assistant/connection/network-transport.ts';
import { CommandRefused } from '../home-assistant/home-errors.ts';
import type { HomeProblem } from '../home-assistant/home-link.ts';
import type { ResourceContext } from '../kernel/resource.ts';
import { withTimeout } from '../kernel/waiting.ts';
import { type HomeDifference, homeDifferences } from '../simulator/recording/home-difference.ts';
import { type HomeRecording, recordingOf } from '../simulator/recording/home-recording.ts';
import { type Answer, type Answers, questions } from '../simulator/recording/questions.ts';
import { recordedHome } from '../simulator/recording/recorded-home.ts';
import { redacted } from '../simulator/recording/redaction.ts';
import { firstSnapshot } from './check-home.ts';
import type { HomeAccess } from './homes.ts';

export interface HomeToRecord {
  readonly name: string;
  readonly home: Exclude<HomeConfiguration, 'simulated'>;
  /** How long all the questions may take. */
  readonly limitMs: number;
}

export type RecordedHome =
  | {
      readonly kind: 'recorded';
      readonly recording: HomeRecording;
      /** How many questions were asked of both homes. */
      readonly asked: number;
      readonly differences: readonly HomeDifference[];
    }
  | { readonly kind: 'failed'; readonly problem: HomeProblem };

/** Asks a real home what it is made of, simulates it, and asks the simulated one the same. Nothing is changed in it. */
export async function recordHome(
  { name, home, limitMs }: HomeToRecord,
  context: ResourceContext,
): Promise<RecordedHome> {
  await using transport = new NetworkTransport({ clock: context.clock, ...home });
  const answered = await answersOf(name, { transport, token: home.token }, context, limitMs);
  if ('code' in answered) return { kind: 'failed', problem: answered };
  const fit = redacted(answered, [home.token]);
  const now = Temporal.Instant.fromEpochMilliseconds(Math.floor(context.clock.nowMs()));
  const recording = recordingOf(fit, now);
  const { transport: way, token: owners, userToken } = recordedHome(recording, { clock: context.clock });
  // Who may ask less of the real home is asked as such of the simulated one.
  const token = recording.user?.['is_admin'] === false ? userToken : owners;
  const simulated = await answersOf(name, { transport: way, token }, context, limitMs);
  if ('code' in simulated) return { kind: 'failed', problem: simulated };
  const differences = homeDifferences(fit, redacted(simulated, []));
  return { kind: 'recorded', recording, asked: fit.size, differences };
}

async function answersOf(
  name: string,
  { transport, token }: HomeAccess,
  context: ResourceContext,
  limitMs: number,
): Promise<Answers | HomeProblem> {
  await using connection = new HomeConnection(context, { home: name, transport, token });
  await connection.start();
  return await withTimeout(context.clock, limitMs, `asking home "${name}"`, async () => {
    const first = await firstSnapshot(connection);
    if ('code' in first) return first;
    const answers = new Map<string, Answer>();
    for (const { name: question, command } of questions) {
      answers.set(question, await answerTo(() => connection.command(command, { timeoutMs: limitMs })));
    }
    return answers;
  });
}

async function answerTo(ask: () => Promise<unknown>): Promise<Answer> {
  try {
    return { kind: 'result', result: await ask() };
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    return { kind: 'refused', code: error.homeCode, message: error.homeMessage ?? '' };
  }
}
