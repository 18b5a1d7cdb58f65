import { expect, test } from 'vitest';
import { InsertSlots } from './insert-slots.ts';

test('one after the other, in the order they came', async () => {
  const slots = new InsertSlots(1);
  const { signal } = new AbortController();
  const order: number[] = [];
  await Promise.all([1, 2, 3].map((n) => slots.run(async () => order.push(n), signal)));
  expect(order).toEqual([1, 2, 3]);
});

test('who gives up while waiting leaves at once, and the slot goes to the next', async () => {
  const slots = new InsertSlots(1);
  const gate = Promise.withResolvers<void>();
  const giving = new AbortController();
  const staying = new AbortController();
  const first = slots.run(() => gate.promise, staying.signal);
  const second = slots.run(async () => 'second', giving.signal);
  const third = slots.run(async () => 'third', staying.signal);
  giving.abort();
  expect(await second).toBeUndefined();
  gate.resolve();
  await first;
  expect(await third).toBe('third');
  expect(await slots.run(async () => 'later', staying.signal)).toBe('later');
});
