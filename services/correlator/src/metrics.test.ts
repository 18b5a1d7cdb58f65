import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { type CountSnapshot, createCorrelatorMetrics, TaskMeter } from './metrics.ts';

const side = { read: 0, late: 0, futureTimestamps: 0, held: 3, decided: new Map<string, number>() };
const restored: CountSnapshot = { sides: [side, side], heldBytes: 100 };

it('a task that leaves takes along every gauge that speaks of its partition, and leaves those of others', async () => {
  const registry = new Registry();
  const metrics = createCorrelatorMetrics(registry);
  const meters = [new TaskMeter(metrics, 3, restored), new TaskMeter(metrics, 4, restored)];
  for (const partition of ['3', '4']) {
    for (const name of ['A', 'B'] as const) {
      for (const gauge of [metrics.lag, metrics.idle, metrics.paused]) gauge.set({ partition, side: name }, 1);
    }
    metrics.watermarkLag.set({ partition }, 1);
  }
  meters[0]?.released();
  const lines = (await registry.metrics()).split('\n');
  const gauges = /^logweave_correlator_(?:held|lag|input_idle|input_paused|watermark)\w*\{.*partition="(\d)"/;
  const seen = lines.flatMap((line) => gauges.exec(line)?.[1] ?? []);
  expect(seen.length).toBeGreaterThan(0);
  expect(new Set(seen)).toEqual(new Set(['4']));
});
