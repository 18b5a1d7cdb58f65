import { VirtualClock } from '@logweave/model';
import { expect, it } from 'vitest';
import { playEvents } from './pace.ts';
import type { SampleEvent } from './sample.ts';

const event = (side: 'A' | 'B', line: string, timeNs: bigint): SampleEvent => ({ side, line, timeNs });

it('events leave in their order, at the pace that the duration gives', async () => {
  const clock = new VirtualClock();
  const sent: string[] = [];
  const sink = (side: string) => async (chunk: string) => {
    sent.push(`${clock.monotonicMs()} ${side} ${chunk.trimEnd().split('\n').join('+')}`);
  };
  const events = [
    event('A', 'a1', 1_000n),
    event('B', 'b1', 1_000n),
    event('B', 'b2', 1_001n),
    event('A', 'a2', 31_000n),
    event('A', 'a3', 61_000n),
  ];
  const seen: number[] = [];
  const pace = { durationMs: 100, onProgress: (n: number) => seen.push(n) };
  const playing = playEvents(events, { A: sink('A'), B: sink('B') }, pace, clock);
  await clock.advance(100);
  await playing;
  expect(sent).toEqual(['0 A a1', '0 B b1', '10 B b2', '50 A a2', '100 A a3']);
  expect(seen).toEqual([2, 3, 4, 5]);
});

it('what falls due together goes out in runs of one side, so that the order holds', async () => {
  const clock = new VirtualClock();
  const sent: string[] = [];
  const sink = (side: string) => async (chunk: string) => {
    sent.push(side + chunk.length);
  };
  const events = ['A', 'A', 'B', 'A'].map((side) => event(side as 'A', 'x', 5n));
  await playEvents(events, { A: sink('A'), B: sink('B') }, { durationMs: 100 }, clock);
  expect(sent).toEqual(['A4', 'B2', 'A2']);
});
