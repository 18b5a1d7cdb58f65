import { expect, test } from 'vitest';
import { Slots, TooManyWaiting } from './slots.ts';

test('as many run as there are slots, the others in their order', async () => {
  const slots = new Slots(2, 10);
  const order: string[] = [];
  const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  const runs = gates.map((gate, i) =>
    slots.run(async () => {
      order.push(`start ${i}`);
      await gate.promise;
      order.push(`end ${i}`);
    }),
  );
  await Promise.resolve();
  expect(order).toEqual(['start 0', 'start 1']);
  for (const gate of gates) {
    gate.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(runs);
  expect(order.filter((entry) => entry.startsWith('start'))).toEqual(['start 0', 'start 1', 'start 2', 'start 3']);
});

test('one too many in the queue is refused, and a failure gives its slot back', async () => {
  const slots = new Slots(1, 0);
  const gate = Promise.withResolvers<void>();
  const running = slots.run(() => gate.promise);
  await expect(slots.run(async () => 1)).rejects.toThrow(TooManyWaiting);
  gate.reject(new Error('broken'));
  await expect(running).rejects.toThrow('broken');
  expect(await slots.run(async () => 2)).toBe(2);
});
