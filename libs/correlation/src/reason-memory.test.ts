import { describe, expect, it } from 'vitest';
import { KeyState } from './key-state.ts';
import { ReasonMemory } from './reason-memory.ts';

function keyThatLeft(packed: number, text: string | null, ms: number): KeyState {
  const key = new KeyState(packed, text);
  key.noteTimeLeft(0, ms, 5, true);
  return key;
}

function recalled(memory: ReasonMemory, packed: number, text: string | null = null): number {
  const key = new KeyState(packed, text);
  memory.recall(key);
  return key.departures.matchedAMs;
}

describe('the memory for reasons', () => {
  it('tells a key that comes back what it had', () => {
    const memory = new ReasonMemory(60e9);
    memory.keep(keyThatLeft(7, null, 1000), 1000, 0);
    memory.keep(keyThatLeft(-1, '[::1]:443', 2000), 2000, 0);
    expect(recalled(memory, 7)).toBe(1000);
    expect(recalled(memory, -1, '[::1]:443')).toBe(2000);
    expect(recalled(memory, 8)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('keeps the highest of a key that left more than once', () => {
    const memory = new ReasonMemory(60e9);
    memory.keep(keyThatLeft(7, null, 3000), 3000, 0);
    memory.keep(keyThatLeft(7, null, 2000), 4000, 0);
    expect(recalled(memory, 7)).toBe(3000);
    expect(memory.size).toBe(1);
  });

  it('forgets after two spans at most, and holds no more than two spans of keys', () => {
    const memory = new ReasonMemory(1e9);
    let most = 0;
    for (let ms = 0; ms < 20_000; ms++) {
      memory.keep(keyThatLeft(ms, null, ms), ms, 0);
      most = Math.max(most, memory.size);
    }
    expect(most).toBeLessThanOrEqual(2_002);
    expect(recalled(memory, 19_500)).toBe(19_500);
    expect(recalled(memory, 17_000)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('finds every one of many keys', () => {
    const memory = new ReasonMemory(60e9);
    for (let i = 0; i < 10_000; i++) memory.keep(keyThatLeft(i * 65_536 + 443, null, i), i, 0);
    for (let i = 0; i < 10_000; i++) expect(recalled(memory, i * 65_536 + 443)).toBe(i);
  });
});
