import { InvalidArgument } from '../../kernel/errors.ts';
import { InvalidTarget } from '../calls/call-errors.ts';
import type { ServiceCallOptions } from '../calls/service-call.ts';
import type { CallToCheck } from '../calls/service-check.ts';
import { selectionOf, type Target, type TargetSelection } from '../calls/target.ts';
import { excerpt } from './given-command.ts';

/**
 * The name of a service as Home Assistant has it, which takes it in any case.
 *
 * @throws InvalidArgument if it is none.
 */
export function serviceOf(name: unknown): string {
  if (typeof name === 'string' && /^[^.\s]+\.[^.\s]+$/.test(name)) return name.toLowerCase();
  throw new InvalidArgument(`${excerpt(name)} is not the name of a service`, {
    hint: "It is a domain and a service, as in 'light.turn_on'.",
  });
}

/** @throws InvalidTarget for null, as of a setting that is not there: it never means everything. */
export function targetGiven(target: Target | null | undefined, service: string): Target | undefined {
  if (target === null) {
    throw new InvalidTarget(`The target of ${service} is null`, {
      hint: 'Look where it comes from. A service that needs none is called without `target`.',
    });
  }
  return target;
}

/**
 * A call in the form in which it is checked.
 *
 * @throws InvalidArgument where its data are no object.
 */
export function callOf(
  service: string,
  { data, returnResponse }: ServiceCallOptions<string>,
  target: string | readonly string[] | TargetSelection | undefined,
): CallToCheck {
  const given: unknown = data ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw new InvalidArgument(`The data of ${service} are ${excerpt(given)}, and have to be an object`, {
      hint: 'Write its fields by name: { brightness_pct: 40 }.',
    });
  }
  return {
    service,
    target: target === undefined ? undefined : selectionOf(target),
    data: data ?? {},
    returnResponse: returnResponse === true,
  };
}

/** Whether a call asks and changes nothing, so that a dry run can go on with the answer. */
export function isQuestion({ service, returnResponse }: CallToCheck): boolean {
  return returnResponse && /\.(get|browse|search)_/.test(service);
}
