import { describe, expect, it } from 'vitest';
import { TailCache } from './tail-cache.ts';

function batch(partition: number, baseOffset: number, span: number, bytes = 10) {
  return { partition, baseOffset, span, data: Buffer.alloc(bytes) };
}

function bases(cache: TailCache, partition: number, offset: number): number[] {
  return [...cache.from(partition, offset)].map(({ baseOffset }) => baseOffset);
}

describe('TailCache', () => {
  it('finds the batch that holds an offset, and those behind it', () => {
    const cache = new TailCache(1_000);
    for (const base of [100, 105, 110]) cache.add(batch(1, base, 5));
    expect(bases(cache, 1, 100)).toEqual([100, 105, 110]);
    expect(bases(cache, 1, 107)).toEqual([105, 110]);
    expect(bases(cache, 1, 114)).toEqual([110]);
    expect(bases(cache, 1, 99)).toEqual([]);
    expect(bases(cache, 1, 115)).toEqual([]);
    expect(bases(cache, 2, 100)).toEqual([]);
  });

  it('drops the oldest of all partitions when it is full', () => {
    const cache = new TailCache(30);
    cache.add(batch(1, 0, 1));
    cache.add(batch(2, 0, 1));
    cache.add(batch(1, 1, 1));
    cache.add(batch(1, 2, 1));
    expect(bases(cache, 1, 0)).toEqual([]);
    expect(bases(cache, 1, 1)).toEqual([1, 2]);
    expect(bases(cache, 2, 0)).toEqual([0]);
    expect(cache.bytes).toBe(30);
  });

  it('stays within its bound over many batches', () => {
    const cache = new TailCache(100);
    for (let i = 0; i < 10_000; i++) cache.add(batch(i % 3, Math.floor(i / 3), 1));
    expect(cache.bytes).toBe(100);
    expect([0, 1, 2].flatMap((partition) => bases(cache, partition, 3_332))).toHaveLength(4);
  });

  it('leaves no gap behind a batch that is too long for it', () => {
    const cache = new TailCache(30);
    cache.add(batch(1, 0, 1));
    cache.add(batch(1, 1, 1, 31));
    cache.add(batch(1, 2, 1));
    expect(bases(cache, 1, 0)).toEqual([]);
    expect(bases(cache, 1, 2)).toEqual([2]);
  });

  it('forgets one partition and counts its bytes off', () => {
    const cache = new TailCache(30);
    cache.add(batch(1, 0, 1));
    cache.add(batch(2, 0, 1));
    cache.drop(1);
    expect(bases(cache, 1, 0)).toEqual([]);
    expect(cache.bytes).toBe(10);
    cache.add(batch(2, 1, 1));
    cache.add(batch(2, 2, 1));
    cache.add(batch(2, 3, 1));
    expect(bases(cache, 2, 1)).toEqual([1, 2, 3]);
  });
});
