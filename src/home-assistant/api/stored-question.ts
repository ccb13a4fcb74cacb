import type { Json } from '../../storage/storable.ts';
import type { NotificationAction } from './notifications.ts';
import type { GivenAnswer } from './question-event.ts';

/** A question as it is stored. */
export type StoredQuestion = {
  readonly phones: readonly string[];
  readonly message: string;
  readonly title?: string | undefined;
  readonly buttons: readonly NotificationAction[];
  /** What the answers are called, in the order of the buttons. */
  readonly names: readonly string[];
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  readonly args?: Json | undefined;
  readonly askedMs: number;
  readonly dueMs: number;
  /** Whether it is known to be on a phone. */
  readonly sent: boolean;
  /** What became of it, once that is known. */
  readonly over?: { readonly atMs: number; readonly answer?: GivenAnswer | undefined } | undefined;
};

/** What is no JSON in it is refused where it is written. */
export function jsonOf(stored: StoredQuestion): Json {
  return stored as unknown as Json;
}

/** Whatever else stands there was written by a release that knew more. */
export function readStored(about: Json | undefined): StoredQuestion | undefined {
  if (typeof about !== 'object' || about === null || !('phones' in about && 'dueMs' in about && 'names' in about))
    return undefined;
  return about as unknown as StoredQuestion;
}
