import {
  AddressInvalid,
  AuthRefused,
  CommandRefused,
  ConnectionLost,
  FrameInvalid,
  GatewayFailed,
  HomeAway,
  HomeStalled,
  HomeUnreachable,
  NoAnswer,
  NotHomeAssistant,
  NotPermitted,
  PayloadInvalid,
  RestRefused,
  ServiceNotFound,
  TlsRefused,
  TooManyCalls,
} from '../../home-assistant/home-errors.ts';
import { Cancelled, type ErrorAudience, HassetteError } from '../../kernel/errors.ts';
import { NotStorable, StorageFull, StorageUnavailable } from '../../storage/storage-errors.ts';

/** An error as plain data. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly code?: string | undefined;
  readonly audience?: ErrorAudience | undefined;
  readonly hint?: string | undefined;
  readonly mayHaveRun?: boolean | undefined;
  readonly homeCode?: string | undefined;
  readonly homeMessage?: string | undefined;
  readonly status?: number | undefined;
}

/** An error of another thread whose class has no meaning here. Its code and hint are those of the original. */
class ErrorElsewhere extends HassetteError {
  readonly code: string;
  readonly audience: ErrorAudience;

  constructor({ name, message, stack, code = 'ERROR_ELSEWHERE', audience = 'author', hint }: PlainError) {
    super(message, { hint });
    this.name = name;
    this.code = code;
    this.audience = audience;
    if (stack !== undefined) this.stack = stack;
  }
}

type Remake = (message: string, plain: PlainError) => HassetteError;

const refusal = ({ hint, homeCode = '', homeMessage }: PlainError) => ({ hint, homeCode, homeMessage });

/** What an app may ask for by `instanceof` is made anew as what it was. */
const REMAKES: Readonly<Record<string, Remake>> = {
  CANCELLED: (message, { hint }) => new Cancelled(message, { hint }),
  ADDRESS_INVALID: (message, { hint }) => new AddressInvalid(message, { hint }),
  AUTH_REFUSED: (message, { hint }) => new AuthRefused(message, { hint }),
  HOME_UNREACHABLE: (message, { hint }) => new HomeUnreachable(message, { hint }),
  NOT_HOME_ASSISTANT: (message, { hint }) => new NotHomeAssistant(message, { hint }),
  GATEWAY_FAILED: (message, { hint }) => new GatewayFailed(message, { hint }),
  TLS_REFUSED: (message, { hint }) => new TlsRefused(message, { hint }),
  HOME_STALLED: (message, { hint }) => new HomeStalled(message, { hint }),
  FRAME_INVALID: (message, { hint }) => new FrameInvalid(message, { hint }),
  CONNECTION_LOST: (message, { hint, mayHaveRun = true }) => new ConnectionLost(message, { hint, mayHaveRun }),
  HOME_AWAY: (message, { hint }) => new HomeAway(message, { hint }),
  NO_ANSWER: (message, { hint }) => new NoAnswer(message, { hint }),
  PAYLOAD_INVALID: (message, { hint }) => new PayloadInvalid(message, { hint }),
  TOO_MANY_CALLS: (message, { hint }) => new TooManyCalls(message, { hint }),
  COMMAND_REFUSED: (message, plain) => new CommandRefused(message, refusal(plain)),
  SERVICE_NOT_FOUND: (message, plain) => new ServiceNotFound(message, refusal(plain)),
  NOT_PERMITTED: (message, plain) => new NotPermitted(message, refusal(plain)),
  NOT_STORABLE: (message, { hint }) => new NotStorable(message, { hint }),
  STORAGE_FULL: (message, { hint }) => new StorageFull(message, { hint }),
  STORAGE_UNAVAILABLE: (message, { hint, mayHaveRun = false }) => new StorageUnavailable(message, { hint, mayHaveRun }),
  REST_REFUSED: (message, { hint, status = 0, homeMessage }) => new RestRefused(message, { hint, status, homeMessage }),
};

export function plainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  if (!(error instanceof HassetteError)) return { name, message, stack };
  const { code, audience, hint } = error;
  const plain: PlainError = { name, message, stack, code, audience, hint };
  if (error instanceof ConnectionLost || error instanceof StorageUnavailable) {
    return { ...plain, mayHaveRun: error.mayHaveRun };
  }
  if (error instanceof CommandRefused) return { ...plain, homeCode: error.homeCode, homeMessage: error.homeMessage };
  if (error instanceof RestRefused) return { ...plain, status: error.status, homeMessage: error.homeMessage };
  return plain;
}

export function errorOfPlain(plain: PlainError): HassetteError {
  const remake = plain.code === undefined ? undefined : REMAKES[plain.code];
  return remake === undefined ? new ErrorElsewhere(plain) : remake(plain.message, plain);
}
