import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balanced } from './audit-report.ts';
import { AuditWorld, offenders } from './testing/audit-world.ts';

/** Lines of few keys in the order of their times, so that many are rivals and none is late. */
const lines = fc
  .array(fc.tuple(fc.constantFrom('A', 'B'), fc.integer({ min: 1, max: 3 }), fc.nat(1500)), { maxLength: 40 })
  .map((list) => list.sort((one, other) => one[2] - other[2]).map(([side, port, at]) => `${side} ${port} @${at}`));

const mode = fc.constantFrom('one_to_one' as const, 'one_to_many' as const);
const emitOrphans = fc.record({ A: fc.boolean(), B: fc.boolean() });
const rules = fc.record({ mode, emitOrphans, beforeNs: fc.constantFrom(0, 100e6, 400e6), afterNs: fc.constant(300e6) });

describe('an audit', () => {
  it('finds nothing wrong with what the engine of the correlator does, in the middle and at the end', async () => {
    await fc.assert(
      fc.asyncProperty(lines, rules, fc.nat(40), async (all, someRules, middle) => {
        const world = await new AuditWorld({ rules: someRules }).send(...all.slice(0, middle)).commit();
        const before = await world.audit();
        expect(offenders(before)).toEqual([]);
        const after = await (await world.send(...all.slice(middle)).stop()).audit();
        expect(offenders(after)).toEqual([]);
        expect(after.sides.A.read + after.sides.B.read).toBe(all.length);
        expect(after.proven).toBe(all.length);
        for (const { read, ...outcomes } of Object.values(after.sides)) {
          expect(Object.values(outcomes).reduce((sum, n) => sum + n, 0)).toBe(read);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('finds any one result that is gone, and any one that stands twice', async () => {
    await fc.assert(
      fc.asyncProperty(lines, rules, fc.nat(40), fc.boolean(), async (all, someRules, index, twice) => {
        let touched = false;
        const world = new AuditWorld({
          rules: someRules,
          results: (results) => {
            const chosen = results[index % Math.max(1, results.length)];
            if (chosen === undefined) return results;
            touched = true;
            return twice ? [...results, chosen] : results.filter((result) => result !== chosen);
          },
        });
        const report = await (await world.send(...all).stop()).audit();
        expect(balanced(report)).toBe(!touched);
      }),
      { numRuns: 300 },
    );
  });
});
