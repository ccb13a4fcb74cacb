import type { Timer } from '../kernel/clock.ts';
import { Refusal } from './failures.ts';
import type { JsonObject } from './json.ts';
import { secondsOfSpan } from './services/timer.ts';
import type { StateChange } from './state-machine.ts';
import { HomeTemplate, isTrueText, syntaxErrorOf } from './template/home-template.ts';
import { follow } from './template/template-commands.ts';
import { missing, type Trigger } from './trigger.ts';

/** Fires when a template becomes true, and where a length is given has been so for that long. */
export function templateTrigger(given: JsonObject, spanOf: (value: unknown) => JsonObject | null): Trigger {
  const { value_template: text } = given;
  if (typeof text !== 'string') throw missing('value_template');
  const error = syntaxErrorOf(text);
  if (error !== undefined)
    throw new Refusal('invalid_format', `invalid template (TemplateSyntaxError: ${error}) at 'value_template'`);
  const heldMs = given.for === undefined ? 0 : secondsOfSpan(given.for) * 1000;
  return (home, fire) => {
    const template = new HomeTemplate(home, text);
    let rendered = template.render();
    let holds = isTrueText(rendered);
    let timer: Timer | undefined;
    const tell = (change: StateChange | undefined): void => {
      const of = change?.entityId;
      const variables = {
        platform: 'template',
        entity_id: of ?? null,
        from_state: change?.from?.toWire() ?? null,
        to_state: change?.to?.toWire() ?? null,
        for: spanOf(given.for),
        description: of === undefined ? 'time change or manual update via template' : `${of} via template`,
      };
      fire(variables, change?.context ?? null);
    };
    const again = (change?: StateChange): void => {
      rendered = template.render();
      const [held, now] = [holds, isTrueText(rendered)];
      holds = now;
      if (!now) timer?.cancel();
      if (!now || held) return;
      if (heldMs === 0) tell(change);
      else timer = home.clock.after(heldMs, 'a template that has to hold', () => tell(change));
    };
    const end = follow(home, () => rendered.reads, again);
    return () => {
      end();
      timer?.cancel();
    };
  };
}
