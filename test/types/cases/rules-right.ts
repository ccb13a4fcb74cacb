import { above, App, not, oneOf, type Machine, type Rule } from 'hassette';

export class Right extends App {
  readonly dark: Rule = this.whenever(() => this.states.below('sensor.lux', 40, { hysteresis: 5 }), { name: 'dark' });
  readonly gate: Machine<'closed' | 'opened', 'open'> = this.machine({
    name: 'gate',
    initial: 'closed',
    states: {
      closed: { on: { open: { to: 'opened', if: () => !this.sun.isUp() } }, exit: ({ to }) => to satisfies 'closed' | 'opened' },
      opened: { after: { closed: { minutes: 1 } }, when: { closed: { if: () => this.dark.phase === 'on', for: '10s' } } },
    },
  });

  override onInitialize(): void {
    this.whenever(() => this.states.any({ domain: 'light', area: 'kitchen' }, 'on') && this.clock.isBetween('22:00', '06:00'), {
      name: 'night',
      enter: ({ signal, since }) => this.logger.info(`${since.toString()} ${signal.aborted}`),
      exit: this.left,
      hold: { enter: '1m', exit: { minutes: 3 } },
      timeout: false,
    });
    this.whenever(() => this.gate.is('closed') && this.gate.state !== 'opened', { name: 'closed', hold: '3m' });
    const lit: readonly string[] = this.states.all('light').map(({ entityId }) => entityId);
    const locked: boolean = this.states.all(['lock.front', 'lock.back'], 'locked');
    const hot: number = this.states.count('sensor.*_temperature', above(30));
    this.states.any('binary_sensor', not('off'));
    this.states.any('light.kitchen', ['on', 'unavailable']);
    this.states.any(['sensor.a', 'sensor.b'], oneOf(above(3), 'full'));
    this.logger.info({ lit, locked, hot, sent: this.gate.send('open') });
  }

  left() {}
}
