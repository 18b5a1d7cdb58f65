import { VirtualClock } from '@logweave/model';
import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import { Redactor } from './redactor.ts';
import { runServices } from './run-services.ts';
import type { Service } from './service.ts';
import { ServiceGroup } from './service-group.ts';
import type { ProcessSignal, SignalSource } from './signals.ts';

/** Signals that a test sends. */
class FakeSignals implements SignalSource {
  readonly #handlers = new Map<ProcessSignal, () => void>();

  on(signal: ProcessSignal, run: () => void): () => void {
    this.#handlers.set(signal, run);
    return () => this.#handlers.delete(signal);
  }

  send(signal: ProcessSignal): void {
    this.#handlers.get(signal)?.();
  }

  get handled(): number {
    return this.#handlers.size;
  }
}

interface Behaviour {
  readonly start?: () => Promise<void>;
  readonly stop?: () => Promise<void>;
  readonly reload?: () => Promise<void>;
}

/** A process with fake services that note what happens to them. */
function setUp(stages: readonly (readonly string[])[], behaviours: Record<string, Behaviour> = {}) {
  const clock = new VirtualClock();
  const signals = new FakeSignals();
  const events: string[] = [];
  const logged: { msg: string; service?: string }[] = [];
  const log = createLogger({
    level: 'info',
    format: 'json',
    redactor: new Redactor(),
    output: { write: (text) => logged.push(JSON.parse(text) as { msg: string }) },
  });
  const fail = new Map<string, (error: Error) => void>();
  const create = (name: string): Service => {
    const { promise, resolve } = Promise.withResolvers<Error>();
    fail.set(name, resolve);
    return {
      name,
      failure: promise,
      async start() {
        events.push(`start ${name}`);
        await behaviours[name]?.start?.();
      },
      async stop() {
        events.push(`stop ${name}`);
        await behaviours[name]?.stop?.();
        events.push(`stopped ${name}`);
      },
      async reload() {
        events.push(`reload ${name}`);
        await behaviours[name]?.reload?.();
      },
      readiness: () => ({ ready: true, detail: `${name} works.` }),
    };
  };
  const group = new ServiceGroup(
    stages.map((stage) => stage.map(create)),
    log,
  );
  const result = runServices(group, { clock, log, signals, graceMs: 30_000 });
  return { clock, signals, events, logged, fail, group, result };
}

const PIPELINE = [['writer'], ['correlator'], ['ingestor']];
const never = (): Promise<void> => new Promise(() => {});

describe('a process of services', () => {
  it('starts them stage by stage, what takes input last', async () => {
    const ready = Promise.withResolvers<void>();
    const { clock, events } = setUp([['a', 'b'], ['c']], { a: { start: () => ready.promise } });
    await clock.advance(0);
    expect(events).toEqual(['start a', 'start b']);
    ready.resolve();
    await clock.advance(0);
    expect(events).toEqual(['start a', 'start b', 'start c']);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('fault 7: drains on %s from the input on and ends with 0', async (signal) => {
    const drained = Promise.withResolvers<void>();
    const { clock, signals, events, result } = setUp(PIPELINE, { correlator: { stop: () => drained.promise } });
    await clock.advance(0);
    events.length = 0;
    signals.send(signal);
    await clock.advance(10_000);
    expect(events).toEqual(['stop ingestor', 'stopped ingestor', 'stop correlator']);
    drained.resolve();
    expect(await result).toBe(0);
    expect(events.slice(3)).toEqual(['stopped correlator', 'stop writer', 'stopped writer']);
    expect(signals.handled).toBe(0);
  });

  it('ends at once with 1 at a second signal', async () => {
    const { clock, signals, events, result } = setUp(PIPELINE, { correlator: { stop: never } });
    await clock.advance(0);
    signals.send('SIGTERM');
    await clock.advance(5);
    signals.send('SIGINT');
    expect(await result).toBe(1);
    expect(events).not.toContain('stop writer');
  });

  it('ends with 1 when the grace is over', async () => {
    const { clock, signals, logged, result } = setUp(PIPELINE, { correlator: { stop: never } });
    await clock.advance(0);
    signals.send('SIGTERM');
    await clock.advance(30_000);
    expect(await result).toBe(1);
    expect(logged.at(-1)?.msg).toBe('grace is over, ending at once');
  });

  it('stops the others and ends with 1 when one fails', async () => {
    const { clock, events, fail, logged, result } = setUp(PIPELINE);
    await clock.advance(0);
    events.length = 0;
    fail.get('correlator')?.(new Error('fenced'));
    expect(await result).toBe(1);
    expect(events.filter((event) => event.startsWith('stopped'))).toEqual([
      'stopped ingestor',
      'stopped correlator',
      'stopped writer',
    ]);
    expect(logged).toContainEqual(
      expect.objectContaining({ msg: 'service failed, stopping the others', service: 'correlator' }),
    );
  });

  it('stops what has started and ends with 1 when one cannot start', async () => {
    const start = () => Promise.reject(new Error('the path is taken'));
    const { events, logged, result } = setUp(PIPELINE, { correlator: { start } });
    expect(await result).toBe(1);
    expect(events).toEqual([
      'start writer',
      'start correlator',
      'stop correlator',
      'stopped correlator',
      'stop writer',
      'stopped writer',
    ]);
    expect(JSON.stringify(logged)).toContain('correlator: the path is taken');
  });

  it('stops a start that a signal interrupts, without starting the rest', async () => {
    const started = Promise.withResolvers<void>();
    const { clock, signals, events, result } = setUp(PIPELINE, { correlator: { start: () => started.promise } });
    await clock.advance(0);
    signals.send('SIGTERM');
    await clock.advance(1000);
    started.resolve();
    expect(await result).toBe(0);
    expect(events).not.toContain('start ingestor');
    expect(events.slice(-2)).toEqual(['stop writer', 'stopped writer']);
  });

  it('goes on with the other stops when one throws, and ends with 1', async () => {
    const stop = () => Promise.reject(new Error('disk full'));
    const { clock, signals, events, result } = setUp(PIPELINE, { ingestor: { stop } });
    await clock.advance(0);
    signals.send('SIGTERM');
    expect(await result).toBe(1);
    expect(events).toContain('stopped writer');
  });

  it('reloads at SIGHUP and goes on, also when one cannot', async () => {
    const reload = () => Promise.reject(new Error('gone'));
    const { clock, signals, events, logged, result } = setUp(PIPELINE, { writer: { reload } });
    await clock.advance(0);
    signals.send('SIGHUP');
    await clock.advance(0);
    expect(events.filter((event) => event.startsWith('reload'))).toEqual([
      'reload writer',
      'reload correlator',
      'reload ingestor',
    ]);
    expect(logged).toContainEqual(expect.objectContaining({ msg: 'reload failed', service: 'writer' }));
    signals.send('SIGTERM');
    expect(await result).toBe(0);
  });

  it('is ready only between its start and its stop', async () => {
    const started = Promise.withResolvers<void>();
    const { clock, signals, group, result } = setUp(PIPELINE, { ingestor: { start: () => started.promise } });
    await clock.advance(0);
    expect(group.readiness().ready).toBe(false);
    started.resolve();
    await clock.advance(0);
    expect(group.readiness()).toMatchObject({
      ready: true,
      services: [{ name: 'writer', detail: 'writer works.' }, {}, {}],
    });
    signals.send('SIGTERM');
    await clock.advance(0);
    expect(group.readiness().ready).toBe(false);
    await result;
  });
});
