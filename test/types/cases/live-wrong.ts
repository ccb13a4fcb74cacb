import { App } from 'hassette';

export class Wrong extends App {
  override async onInitialize() {
    this.bus.onTrigger({ trigger: 'sun', event: 'sunset', ofset: '-00:20:00' }, () => {});
    //                                                    ^ Type 'string' is not assignable to type 'NoSuchKey<"ofset", "offset">'.
    this.bus.onTrigger({ trigger: 'state', entity: 'light.a' }, () => {});
    //                                     ^ Type 'string' is not assignable to type 'NoSuchKey<"entity", "enabled" | "entity_id">'.
    this.bus.onTodoChange('list.shopping', () => {});
    //                    ^ Argument of type '"list.shopping"' is not assignable to parameter of type '`todo.${string}`'.
    await this.api.helpers.create('input_number', { name: 'Target', min: 1 });
    //                                            ^ Property 'max' is missing in type '{ name: string; min: number; }' but required in type '{ readonly min: number; readonly max: number; readonly initial?: number | undefined; readonly step?: number | undefined; readonly mode?: "box" | "slider" | undefined; readonly unit_of_measurement?: string | undefined; }'.
    const answer = await this.api.ask('anna', { message: 'Open?', actions: ['Open', 'Leave'], timeout: '5m' });
    if (answer?.action === 'open') this.logger.info('opened');
    //  ^ This comparison appears to be unintentional because the types '"Leave" | "Open" | undefined' and '"open"' have no overlap.
  }
}
