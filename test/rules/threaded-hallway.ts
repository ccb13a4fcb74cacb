import { App } from 'hassette';

/** A rule and a machine, to be run in a thread of their own. */
export class ThreadedHallway extends App {
  readonly night = this.machine({
    name: 'night',
    initial: 'day',
    states: {
      day: { when: { night: () => this.clock.isBetween('22:00', '06:00') } },
      night: { when: { day: () => this.clock.isBetween('06:00', '22:00') } },
    },
  });
  readonly rule = this.whenever(
    () => this.night.is('night') && this.states.any({ domain: 'binary_sensor', area: 'hallway' }, 'on'),
    {
      name: 'hallway',
      enter: () => this.entity('light.hallway').turnOn(),
      exit: () => this.entity('light.hallway').turnOff(),
      hold: { exit: '3m' },
    },
  );
}
