import { Correlation } from '@logweave/correlation';
import { HEADERS, LIMITS } from '@logweave/model';
import { Value } from 'typebox/value';
import { expect, it } from 'vitest';
import { correlationSectionSchema, resolveCorrelatorConfig } from './config.ts';
import { correlationRules } from './correlation-rules.ts';
import { PendingOutput } from './pending-output.ts';
import { taskPartitions } from './task-partitions.ts';

/** A source line of the longest length that is taken, with the given fields before its padding. */
function lineOf(fields: string): Buffer {
  const head = `{"src_ip":"192.0.2.1","src_port":1,"timestamp":1704110400000000000,${fields},"pad_${fields.length}":"`;
  return Buffer.from(`${head}${'x'.repeat(LIMITS.sourceLineBytes - head.length - 2)}"}`);
}

it('a joined record over the limit becomes a dead letter instead of stopping the partition', () => {
  const config = resolveCorrelatorConfig(
    Value.Parse(correlationSectionSchema, Value.Default(correlationSectionSchema, {})),
  );
  const output = new PendingOutput('one_to_one', taskPartitions(config.topics, 0, 1));
  const engine = new Correlation(correlationRules(config), output);
  // Every one of the many `q` gets a prefix that is free, and the names before make that a long one.
  const taken = Array.from({ length: 400 }, (_, i) => `"${'a_'.repeat(i + 1)}q":1`);
  const clashing = Array.from({ length: 500 }, () => '"q":1');
  for (const [side, line] of [lineOf([...taken, ...clashing].join(',')), lineOf('"q":2')].entries()) {
    expect(engine.add(side === 0 ? 0 : 1, 1, 1_704_110_400_000, line, 0, line.length)).toBe(null);
  }
  engine.end();
  const { results, deadLetters } = output.take();
  expect(results).toEqual([]);
  const headers = new Map(deadLetters[0]?.headers.map(({ name, value }) => [name, Buffer.from(value).toString()]));
  expect(headers.get(HEADERS.reason)).toBe('record_too_large');
  expect(Number(headers.get(HEADERS.originalLength))).toBeGreaterThan(LIMITS.mergedRecordBytes);
  expect(deadLetters[0]?.value?.length).toBe(LIMITS.deadLetterPreviewBytes);
});
