import { EventLogError } from '@logweave/event-log';
import { VirtualClock } from '@logweave/model';
import type { Service } from '@logweave/service-kit';
import { beforeEach, describe, expect, it } from 'vitest';
import { LateService } from './late-service.ts';

const away = new EventLogError('unavailable', 'no broker answers', { retriable: true });

describe('a service that waits for the event log', () => {
  let clock: VirtualClock;
  /** What the next starts do: throw this. */
  let refusals: Error[];
  let starts: number;
  let stops: number;
  let logAnswers: () => void;

  beforeEach(() => {
    clock = new VirtualClock();
    refusals = [];
    [starts, stops] = [0, 0];
  });

  function make(startsAlone: boolean): LateService {
    const { promise, resolve } = Promise.withResolvers<void>();
    logAnswers = resolve;
    const inner: Service = {
      name: 'inner',
      failure: new Promise(() => undefined),
      start: async () => {
        starts++;
        const refusal = refusals.shift();
        if (refusal !== undefined) throw refusal;
      },
      stop: async () => void stops++,
      readiness: () => ({ ready: true, detail: 'works' }),
    };
    const log = { info: () => undefined, warn: () => undefined };
    return new LateService({ name: 'inner', create: () => inner, available: promise, startsAlone, clock, log });
  }

  it('is started once the log has answered, without holding up others', async () => {
    const service = make(false);
    await service.start();
    await clock.advance(60_000);
    expect(starts).toBe(0);
    expect(service.readiness()).toEqual({ ready: false, detail: 'Waiting for the event log.' });
    logAnswers();
    await clock.advance(0);
    expect([starts, service.readiness().ready]).toEqual([1, true]);
  });

  it('is tried at once when the log has answered before, and again while that has gone away', async () => {
    const service = make(false);
    logAnswers();
    await clock.advance(0);
    refusals = [away, away];
    await service.start();
    expect([starts, service.readiness().ready]).toEqual([1, false]);
    await clock.advance(1_000);
    expect([starts, service.readiness().ready]).toEqual([3, true]);
  });

  it('starts without the log where it can, and waits where it cannot', async () => {
    const service = make(true);
    refusals = [away];
    await service.start();
    expect([starts, service.readiness().ready]).toEqual([1, false]);
    logAnswers();
    await clock.advance(0);
    expect([starts, service.readiness().ready]).toEqual([2, true]);
  });

  it('refuses the start for what waiting does not mend, and fails for that when it comes later', async () => {
    const error = new Error('topic t does not exist');
    const first = make(true);
    refusals = [error];
    await expect(first.start()).rejects.toBe(error);
    const second = make(false);
    await second.start();
    refusals = [error];
    logAnswers();
    await expect(second.failure).resolves.toBe(error);
  });

  it('can be stopped while it waits', async () => {
    const service = make(false);
    await service.start();
    await service.stop();
    logAnswers();
    await clock.advance(60_000);
    expect([starts, stops]).toEqual([0, 1]);
  });
});
