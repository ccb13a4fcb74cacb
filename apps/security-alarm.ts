import { App, duration, entityId, type MachineChange, type QuestionAnswer, serviceId, z } from 'hassette';

const Config = z.object({
  /** Arms the alarm while it is on: a helper, for dashboards, remotes and other automations. */
  armed: entityId('input_boolean'),
  /** Doors that one comes in by: there is time to disarm. */
  doors: z.array(entityId('binary_sensor')).min(1),
  /** What nobody comes in by who lives here: windows, motion. */
  others: z.array(entityId('binary_sensor')).default([]),
  sirens: z.array(entityId('siren', 'switch')).min(1),
  exitDelay: duration().default('1m'),
  entryDelay: duration().default('30s'),
  sirenFor: duration().default('5m'),
  /** A contact that is open for less has only rattled. */
  openFor: duration().default('1s'),
  /** What a sensor that has been unavailable for this long is taken for, while the alarm is armed. */
  silentFor: duration().default('2m'),
  silence: z.enum(['tell', 'alarm']).default('tell'),
  /** Who is told, and may disarm, for instance `notify.mobile_app_anna`. */
  phones: z.array(serviceId('notify')).min(1),
  /** What has to be written on a phone to disarm. Digits may come as a number from a file or the environment. */
  code: z.coerce.string().min(1).optional(),
});

/** Before whatever else happens in the house. */
const FIRST = { priority: 100 } as const;

/**
 * A burglar alarm: time to leave, time to disarm, a siren that ends by itself.
 *
 * Met: delays and siren go on over a restart of the daemon and of Home Assistant, and what was due meanwhile is made good;
 * what is open when it is armed is told, and left out until it is closed; a door that was opened while the daemon was
 * off, or opened and closed again while the connection was lost; contacts that rattle; more that is opened begins neither
 * a delay nor the siren anew; sensors that fall silent; a siren that could not be reached is set when the home is back;
 * disarmed on a phone, with a code; what happened is kept.
 *
 * Not yet: a door that was opened and closed again while the daemon was off; a panel of its own in Home Assistant; while
 * the connection is lost nobody can be told but the log.
 */
export class SecurityAlarm extends App.with(Config) {
  /** What happened lately, for whoever wants to know afterwards. */
  readonly journal = this.store.value('journal', z.array(z.string()).default([]));

  readonly alarm = this.machine({
    name: 'alarm',
    initial: 'disarmed',
    states: {
      disarmed: { when: { leaving: () => this.#isArmed() } },
      leaving: { when: { disarmed: () => !this.#isArmed() }, after: { armed: this.config.exitDelay } },
      armed: { when: { disarmed: () => !this.#isArmed() }, on: { door: 'entering', breach: 'sounding' } },
      entering: {
        when: { disarmed: () => !this.#isArmed() },
        on: { breach: 'sounding' },
        after: { sounding: this.config.entryDelay },
      },
      sounding: {
        enter: () => this.sirens(),
        exit: () => this.sirens(),
        when: { disarmed: () => !this.#isArmed() },
        after: { armed: this.config.sirenFor },
      },
    },
    // Nobody who is told slowly keeps the siren waiting.
    onChange: (change) => void this.tasks.spawn('tell', () => this.changed(change)),
  });

  readonly #question = this.api.question('disarm', { onAnswer: (answer) => this.answered(answer) });
  #opened: string | undefined;
  #sirensAreOwed = false;

  override onInitialize() {
    const { doors, others, openFor, silentFor, silence } = this.config;
    const opened = { ...FIRST, to: 'on', for: openFor, durable: true, backfill: true } as const;
    this.bus.onStateChange(doors, { ...opened, name: 'door' }, (event) => this.trip('door', event.entityId));
    this.bus.onStateChange(others, { ...opened, name: 'other' }, (event) => this.trip('breach', event.entityId));
    this.bus.onUnavailable(
      this.#sensors,
      { ...FIRST, for: silentFor, name: 'silent' },
      async ({ entityId: sensor }) => {
        if (this.alarm.is('disarmed')) return;
        if (silence === 'alarm') this.trip('breach', sensor);
        else await this.tell(`${sensor} is silent while the alarm is armed.`);
      },
    );
    this.bus.onDisconnected({ ...FIRST, name: 'blind' }, () => {
      if (!this.alarm.is('disarmed')) this.logger.error('the alarm is armed, and blind: the home cannot be reached');
    });
    this.bus.onConnected({ ...FIRST, name: 'back' }, async ({ again }) => {
      if (this.#sirensAreOwed || this.alarm.is('sounding')) await this.sirens();
      if (again && !this.alarm.is('disarmed')) await this.tell('The alarm was blind for a while. It sees again.');
    });
  }

  private trip(event: 'door' | 'breach', sensor: string) {
    this.#opened = sensor;
    this.alarm.send(event);
  }

  /** Sets the sirens to what they should be by now, whatever called for it. */
  private async sirens() {
    this.#sirensAreOwed = true;
    const service = this.alarm.is('sounding') ? 'homeassistant.turn_on' : 'homeassistant.turn_off';
    await this.api.call(service, { target: this.config.sirens });
    this.#sirensAreOwed = false;
  }

  private async changed({ from, to, firedAt }: MachineChange) {
    const why = to === 'entering' || to === 'sounding' ? (this.#opened ?? 'time is up') : '';
    const line = `${to} ${why}`.trim();
    this.logger.info(`now ${line}`);
    await this.journal.update((lines) => [...lines, `${firedAt.toString()} ${line}`].slice(-100));
    if (from === undefined) return;
    if (to === 'disarmed') this.#question.takeBack();
    if (to === 'leaving') await this.tell(`The alarm is armed in ${this.config.exitDelay}.${this.leftOut()}`);
    if (to === 'sounding') await this.tell(`ALARM: ${why}`);
    if (to === 'armed' && from === 'sounding') await this.tell('The siren has ended. The alarm is still armed.');
    if (to === 'disarmed') await this.tell('The alarm is disarmed.');
    if (to === 'entering' || (to === 'sounding' && this.#question.open === 0)) await this.ask();
  }

  /** What is open or silent when it is armed. */
  private leftOut(): string {
    const open = this.#sensors.filter((sensor) => this.states.is(sensor, 'on'));
    const silent = this.#sensors.filter((sensor) => !this.entity(sensor).available);
    const words = [
      open.length > 0 && ` Open: ${open.join(', ')}.`,
      silent.length > 0 && ` Silent: ${silent.join(', ')}.`,
    ];
    return words.filter(Boolean).join('');
  }

  private async ask() {
    const { phones, code } = this.config;
    await this.#question.ask(phones, {
      message: `${this.#opened ?? 'Something'} was opened.`,
      actions: [{ action: 'disarm', title: 'Disarm', ...(code !== undefined && { behavior: 'textInput' as const }) }],
      timeout: '30m',
    });
  }

  private async answered({ text, userId }: QuestionAnswer) {
    const { code, armed } = this.config;
    if (code === undefined || text === code) {
      this.logger.info(`disarmed on a phone (${userId ?? 'nobody knows whose'})`);
      await this.entity(armed).turnOff();
    } else {
      await this.tell('That was not the code.');
      if (!this.alarm.is('disarmed')) await this.ask();
    }
  }

  private async tell(message: string) {
    this.logger.warn(message);
    await this.api.notifications.send(this.config.phones, { title: 'Alarm', message });
  }

  #isArmed() {
    return this.states.is(this.config.armed, 'on');
  }

  get #sensors() {
    return [...this.config.doors, ...this.config.others];
  }
}
