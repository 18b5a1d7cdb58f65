import { Correlation } from '@logweave/correlation';
import type { Consumer, TopicPartition } from '@logweave/event-log';
import { VirtualClock } from '@logweave/model';
import { describe, expect, it } from 'vitest';
import { Value } from 'typebox/value';
import { correlationSectionSchema, resolveCorrelatorConfig } from './config.ts';
import { correlationRules } from './correlation-rules.ts';
import { TaskInputs } from './task-inputs.ts';

const HTTP: TopicPartition = { topic: 'http', partition: 0 };
const NETWORK: TopicPartition = { topic: 'network', partition: 0 };

/** Two inputs of which a test says how far each is read and how long it is. */
function inputsWith(limits: Readonly<Record<string, unknown>> = {}) {
  const section = Value.Parse(correlationSectionSchema, Value.Default(correlationSectionSchema, { limits }));
  const correlation = new Correlation(correlationRules(resolveCorrelatorConfig(section)), {
    pair: () => {},
    orphan: () => {},
  });
  const clock = new VirtualClock();
  const ends: Record<string, number | undefined> = { http: 0, network: 0 };
  const flowing = new Set<string>();
  const consumer: Consumer = {
    group: 'test',
    poll: () => Promise.resolve({ kind: 'idle' }),
    pause: (partitions) => partitions.forEach(({ topic }) => flowing.delete(topic)),
    resume: (partitions) => partitions.forEach(({ topic }) => flowing.add(topic)),
    seek: () => {},
    position: () => 0,
    endOffset: ({ topic }) => ends[topic],
    commit: () => Promise.resolve('committed'),
    wakeUp: () => {},
    close: () => Promise.resolve(),
  };
  const inputs = new TaskInputs(consumer, [HTTP, NETWORK], correlation, clock, 1000);
  let offset = 0;
  const show = (side: 0 | 1, atMs: number): void => {
    const line = Buffer.from(`{"src_ip":"192.0.2.1","src_port":${offset},"timestamp":${clock.wallMs() + atMs}}`);
    inputs.came(side);
    correlation.add(side, offset++, clock.wallMs() + atMs, line, 0, line.length);
  };
  return { correlation, clock, ends, flowing, inputs, show };
}

describe('the inputs of a task', () => {
  it('both flow while neither has anything to catch up with', () => {
    const { inputs, flowing, show } = inputsWith();
    show(0, 60_000);
    show(1, 0);
    inputs.steer();
    expect([...flowing].toSorted()).toEqual(['http', 'network']);
  });

  it('fault 30: the one that is ahead waits while the other has records to read', () => {
    const { inputs, flowing, ends, show } = inputsWith();
    ends['http'] = 10;
    ends['network'] = 10;
    show(0, 60_000);
    inputs.steer();
    expect([...flowing]).toEqual(['network']);
    show(1, 59_500);
    inputs.steer();
    expect([...flowing].toSorted()).toEqual(['http', 'network']);
    show(1, 62_000);
    inputs.steer();
    expect([...flowing]).toEqual(['http']);
  });

  it('fault 30: at the cap of held events only the one that is behind is read', () => {
    const { inputs, flowing, show } = inputsWith({ max_held_events: 5 });
    show(1, 0);
    for (let i = 0; i < 5; i++) show(0, 100 + i);
    inputs.steer();
    expect([...flowing]).toEqual(['network']);
  });

  it('fault 29: an input with records to read is never idle, however long it is silent', async () => {
    const { inputs, correlation, ends, clock } = inputsWith();
    ends['http'] = 1;
    for (let lookedMs = 0; lookedMs < 4_900; lookedMs += 100) {
      await clock.advance(100);
      inputs.observeSilence();
    }
    await clock.advance(100);
    inputs.observeSilence();
    expect(correlation.watermark.inputs.map(({ idle }) => idle)).toEqual([false, true]);
    ends['http'] = undefined;
    inputs.observeSilence();
    expect(correlation.watermark.inputs[0].idle).toBe(false);
  });

  it('fault 29: while the log is away nobody is silent, and silence begins anew when it is back', async () => {
    const { inputs, correlation, ends, clock } = inputsWith();
    const look = async (times: number): Promise<number> => {
      let silentMs = 0;
      for (let i = 0; i < times; i++) {
        await clock.advance(100);
        silentMs = inputs.observeSilence();
      }
      return silentMs;
    };
    expect(await look(20)).toBe(2_000);
    ends['http'] = undefined;
    ends['network'] = undefined;
    expect(await look(300)).toBe(0);
    expect(correlation.watermark.inputs.map(({ idle }) => idle)).toEqual([false, false]);
    ends['http'] = 0;
    ends['network'] = 0;
    expect(await look(9)).toBe(900);
    expect(correlation.watermark.inputs.map(({ idle }) => idle)).toEqual([false, false]);
    expect(await look(1)).toBe(1_000);
    expect(correlation.watermark.inputs.map(({ idle }) => idle)).toEqual([true, true]);
  });

  it('time in which nobody looked is not silence: a process that was busy kept its sources from being read', async () => {
    const { inputs, correlation, clock } = inputsWith();
    await clock.advance(5_000);
    expect(inputs.observeSilence()).toBe(250);
    expect(correlation.watermark.inputs.map(({ idle }) => idle)).toEqual([false, false]);
  });
});
