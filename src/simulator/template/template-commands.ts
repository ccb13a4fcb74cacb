import type { Timer } from '../../kernel/clock.ts';
import type { CommandDefinition } from '../command-table.ts';
import type { HomeCore } from '../home-core.ts';
import { isObject } from '../json.ts';
import { dict, entityIds, flag, numberRead, optional, required, text } from '../schema.ts';
import type { StateChange } from '../state-machine.ts';
import { domainOf } from '../state-record.ts';
import { HomeTemplate, nativeOf, type Reads, type Rendered } from './home-template.ts';

const MINUTE_MS = 60_000;

/** The command by which templates are rendered, again and again. */
export function templateCommands(home: HomeCore): Record<string, CommandDefinition> {
  return {
    render_template: {
      fields: {
        template: required(text),
        entity_ids: optional(entityIds),
        variables: optional(dict),
        timeout: optional(numberRead),
        strict: optional(flag, false),
        report_errors: optional(flag, false),
      },
      run: ({ id, template, variables, strict, report_errors: reports, timeout }, connection) => {
        const made = new HomeTemplate(home, String(template), isObject(variables) ? variables : {}, strict === true);
        let last: string | undefined;
        let rendered: Rendered = made.render();
        if (rendered.kind === 'error' && rendered.endless === true && typeof timeout === 'number') {
          const message = `Exceeded maximum execution time of ${timeout}s`;
          const refuse = (): void => connection.fail(id, { code: 'template_error', message });
          home.clock.after(timeout * 1000, 'a template of the simulated home', refuse);
          return;
        }
        const tell = (): void => {
          if (reports === true) for (const problem of problemsOf(rendered)) connection.event(id, problem);
          const event = eventOf(rendered, reports === true);
          if (event === undefined || event === last) return;
          last = event;
          connection.eventJson(id, event);
        };
        // What is wrong is told before the result as well as after it (2026.11).
        if (reports === true) for (const problem of problemsOf(rendered)) connection.event(id, problem);
        const again = (): void => {
          rendered = made.render();
          tell();
        };
        connection.subscribe(
          id,
          follow(home, () => rendered.reads, again),
        );
        connection.result(id);
        tell();
      },
    },
  };
}

function problemsOf(rendered: Rendered): readonly { readonly error: string; readonly level: string }[] {
  if (rendered.kind === 'error') return [{ error: rendered.error, level: 'ERROR' }];
  return rendered.warnings.map((error) => ({ error, level: 'WARNING' }));
}

/** A strict template that fails for want of a name gives nothing at all, and is told as such where nobody asked why. */
function eventOf(rendered: Rendered, reports: boolean): string | undefined {
  const { all, time, entities, domains } = rendered.reads;
  const listeners = { all, entities: [...entities].toSorted(), domains: [...domains].toSorted(), time };
  if (rendered.kind === 'text') return JSON.stringify({ result: nativeOf(rendered.text), listeners });
  if (reports || !rendered.error.startsWith('UndefinedError')) return undefined;
  return JSON.stringify({ result: '', listeners });
}

/** Calls when something has changed that was read, and at each minute where it was the time. */
export function follow(home: HomeCore, reads: () => Reads, again: (change?: StateChange) => void): () => void {
  let timer: Timer | undefined;
  const arm = (): void => {
    timer = home.clock.after(MINUTE_MS - (home.clock.nowMs() % MINUTE_MS), 'a template of the simulated home', () => {
      arm();
      again();
    });
  };
  if (reads().time) arm();
  const unlisten = home.states.listen((change) => {
    const { entityId } = change;
    const { all, entities, domains } = reads();
    if (all || entities.has(entityId) || domains.has(domainOf(entityId))) again(change);
  });
  return () => {
    unlisten();
    timer?.cancel();
  };
}
