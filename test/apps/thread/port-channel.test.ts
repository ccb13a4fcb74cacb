import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { type Answering, type Hearing, PortChannel } from '../../../src/apps/thread/port-channel.ts';
import { Cancelled, InvalidArgument } from '../../../src/kernel/errors.ts';

type Asked = {
  readonly double: { readonly given: number; readonly answer: number };
  readonly wait: { readonly given: undefined; readonly answer: undefined };
  readonly anything: { readonly given: undefined; readonly answer: unknown };
};
type Told = { readonly said: string };

const opened: Disposable[] = [];

afterEach(() => {
  for (const each of opened.splice(0)) each[Symbol.dispose]();
});

function twoEnds(there: Partial<Answering<Asked>> = {}, hearing: Hearing<Told> = { said: () => undefined }) {
  const { port1, port2 } = new MessageChannel();
  const traffic: string[] = [];
  const answering: Answering<Asked> = {
    double: (given) => given * 2,
    wait: (_given, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    anything: () => undefined,
    ...there,
  };
  const here = new PortChannel<{}, {}, Asked, Told>(port1, { answering: {}, hearing: {} });
  const other = new PortChannel<Asked, Told, {}, {}>(port2, {
    answering,
    hearing,
    onTraffic: (name) => traffic.push(name),
  });
  here.open();
  other.open();
  opened.push({
    [Symbol.dispose]() {
      port1.close();
    },
  });
  return { here, other, traffic };
}

describe('PortChannel', () => {
  it('brings questions, answers and news, in the order in which they were sent', async () => {
    const heard: string[] = [];
    const { here, traffic } = twoEnds(
      { double: (given) => (heard.push(`double ${given}`), given * 2) },
      { said: (news) => heard.push(news) },
    );
    here.tell('said', 'one');
    const doubled = here.ask('double', 4);
    here.tell('said', 'two');
    expect(await doubled).toBe(8);
    expect(heard).toEqual(['one', 'double 4', 'two']);
    // Whatever came and went: the answer counts as well.
    expect(traffic.toSorted()).toEqual(['double', 'double', 'said', 'said']);
  });

  it('brings what was thrown as what it was, as far as it is known', async () => {
    const { here } = twoEnds({
      double: () => {
        throw new InvalidArgument('four is too many', { hint: 'take three' });
      },
      anything: () => Promise.reject(new RangeError('plain')),
    });
    await expect(here.ask('double', 4)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'four is too many',
      hint: 'take three',
    });
    await expect(here.ask('anything', undefined)).rejects.toMatchObject({ name: 'RangeError', message: 'plain' });
  });

  it('rejects at once when the signal is aborted, and calls off the answering', async () => {
    const calledOff = Promise.withResolvers<unknown>();
    const { here } = twoEnds({
      wait: (_given, signal) =>
        new Promise(() => signal.addEventListener('abort', () => calledOff.resolve(signal.reason), { once: true })),
    });
    const controller = new AbortController();
    const waiting = here.ask('wait', undefined, controller.signal);
    controller.abort(new Cancelled('no longer wanted'));
    await expect(waiting).rejects.toThrow('no longer wanted');
    expect(await calledOff.promise).toMatchObject({ code: 'CANCELLED', message: 'no longer wanted' });
    await expect(here.ask('wait', undefined, controller.signal)).rejects.toBeInstanceOf(Cancelled);
  });

  it('says so where an answer cannot be sent', async () => {
    const { here } = twoEnds({ anything: () => () => 'a function' });
    await expect(here.ask('anything', undefined)).rejects.toMatchObject({ name: 'DataCloneError' });
  });

  it('rejects what is asked, before and after, when it is closed', async () => {
    const { here } = twoEnds();
    const waiting = here.ask('wait', undefined);
    here.close(new Cancelled('the thread is gone'));
    await expect(waiting).rejects.toThrow('the thread is gone');
    await expect(here.ask('double', 1)).rejects.toThrow('the thread is gone');
    expect(() => here.tell('said', 'nothing')).not.toThrow();
  });

  it('calls off what it answers when it is closed', async () => {
    const begun = Promise.withResolvers<AbortSignal>();
    const { here, other } = twoEnds({
      wait: (_given, signal) => {
        begun.resolve(signal);
        return new Promise(() => undefined);
      },
    });
    here.ask('wait', undefined).catch(() => undefined);
    const signal = await begun.promise;
    other.close(new Cancelled('enough'));
    expect(signal.aborted).toBe(true);
  });
});
