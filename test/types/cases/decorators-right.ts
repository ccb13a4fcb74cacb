import { App, increased, onAttributeChange, onCallService, onConnected, onEvent, onStateChange, type HomeEvent, type StateChangeEvent, z } from 'hassette';

export class Right extends App {
  @onStateChange('light.a')
  any(event: StateChangeEvent<'light.a'>) {
    this.logger.info(event.to?.state);
  }

  @onStateChange('light.a', { to: 'on', where: (event) => event.entityId === 'light.a' })
  on(event: StateChangeEvent<'light.a', { to: 'on' }>) {
    this.logger.info(event.from.state);
  }

  @onStateChange('light.a', { to: (state) => state.state === 'on' })
  byFunction(event: StateChangeEvent<'light'>) {
    this.logger.info(event.to?.state);
  }

  @onAttributeChange('light.a', 'brightness', { changed: increased(), where: (event) => event.value !== null })
  brighter() {}

  @onEvent('zha_event', { where: (event) => event.data['x'] === 1 })
  zha(event: HomeEvent<'zha_event'>) {
    this.logger.info(event.type);
  }

  @onEvent('zha_event', { schema: z.object({ command: z.string() }) })
  pressed(event: HomeEvent<'zha_event', { command: string }>) {
    this.logger.info(event.data.command);
  }

  @onCallService('light.turn_on', { where: (event) => event.service === 'light.turn_on' })
  called() {}

  @onConnected({ where: (event) => event.again })
  back() {}
}
