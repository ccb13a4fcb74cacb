import { App } from 'hassette';

export class Right extends App {
  override async onInitialize() {
    this.bus.onTrigger({ trigger: 'sun', event: 'sunset', offset: '-00:20:00' }, (event) => this.logger.info(event.trigger.id));
    this.bus.onTrigger([{ trigger: 'state', entity_id: 'light.a', to: 'on', id: 'on' }, { trigger: 'my.knock', times: 2 }], { once: true }, () => {});
    this.bus.onTrigger({ trigger: 'device', device_id: 'a', domain: 'hue', type: 'press', subtype: 'left' }, () => {});
    this.bus.onTemplate('{{ x }}', { variables: { x: 1 }, debounce: '1s' }, (event) => this.logger.info(event.result));
    this.bus.onCondition({ condition: 'sun', after: 'sunset' }, (event) => this.logger.info(event.met ? 'dark' : 'light'));
    this.bus.onTodoChange('todo.shopping', ({ items }) => this.logger.info(`${items.length} ${items[0]?.due?.toString()}`));
    const answer = await this.api.ask('anna', { message: 'Open?', actions: ['Open', { title: 'Later', action: 'later' }], timeout: '5m' });
    const action: 'Open' | 'later' | undefined = answer?.action;
    const { 'sensor.a': rows } = await this.api.statistics.during('sensor.a', { since: '1d', period: 'hour' });
    const counter = await this.api.helpers.create('counter', { name: 'Visits', step: 2 });
    for await (const { number = 0 } of this.api.history('sensor.a', { since: '24h' })) this.logger.info(`${number} ${action}`);
    this.logger.info(`${rows.length} ${counter?.step}`);
  }
}
