import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One recorded exchange with a real Home Assistant, as `test/fixtures/wire` has it. */
export interface Sample {
  readonly name: string;
  readonly kind: 'websocket' | 'rest';
  readonly note: string;
  /** Whose token it was; REST samples say it by their name. */
  readonly user: 'owner' | 'user';
  readonly frames: readonly Frame[];
  readonly request: RecordedRequest | undefined;
  readonly response: RecordedResponse | undefined;
  /** Everything in the file, for the few samples that are shaped by themselves. */
  readonly raw: Readonly<Record<string, unknown>>;
}

export interface Frame {
  readonly ms: number;
  /** `out` goes to the home. */
  readonly dir: 'in' | 'out';
  /** A string in `<…>` is something that is no text frame. */
  readonly data: unknown;
}

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const folder = join(import.meta.dirname, '../../fixtures/wire');

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

/** All recordings, in the order in which they were made on one home. */
export function readSamples(): Sample[] {
  const index = readJson('index.json') as {
    readonly samples: readonly { name: string; kind: Sample['kind']; note: string; file: string }[];
  };
  return index.samples.map(({ name, kind, note, file }) => {
    const raw = readJson(file) as Sample['raw'] & Partial<Pick<Sample, 'user' | 'frames' | 'request' | 'response'>>;
    const user = raw.user ?? (name.endsWith('-as-user') ? 'user' : 'owner');
    // The handshake has a request and a response too, but as text.
    const isRest = kind === 'rest';
    return {
      name,
      kind,
      note,
      user,
      frames: raw.frames ?? [],
      request: isRest ? raw.request : undefined,
      response: isRest ? raw.response : undefined,
      raw,
    };
  });
}
