import { Home } from '../../src/home-assistant/home.ts';
import { Life } from '../../src/kernel/life.ts';
import { Logging, type LogRecord } from '../../src/kernel/logging.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { ScriptedLink } from './scripted-link.ts';

/** A home on a link that the test speaks through, under virtual time. */
export async function startHome() {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-11-21T12:00:00Z') });
  const logging = new Logging({ clock, format: 'silent', level: 'debug' });
  const lines: LogRecord[] = [];
  logging.tap((record) => lines.push(record));
  const link = new ScriptedLink();
  link.services = DESCRIPTIONS;
  const home = new Home({ clock, logging }, link);
  const lifecycle: string[] = [];
  home.lifecycle.subscribe('*', (event) => {
    lifecycle.push(event.kind === 'connected' ? `connected${event.again ? ' again' : ''}` : event.kind);
  });
  await home.start();
  return {
    clock,
    link,
    home,
    lines,
    lifecycle,
    logging,
    life: new Life('hallway'),
    /** What was logged at `warn` and above. */
    warnings: (): string[] => lines.filter(({ level }) => level === 'warn' || level === 'error').map(({ msg }) => msg),
    async [Symbol.asyncDispose]() {
      await home.stop();
    },
  };
}
