import { Correlation, type CorrelationRules, type SideIndex } from '@logweave/correlation';
import type { EventReader } from '@logweave/model';
import type { ExplainedOutcome } from './explanation.ts';

/**
 * The engine of the correlator with the events of one key, while the watermark is that of the whole partition: it knows
 * what was late and who was silent.
 */
export class ReplayEngine {
  readonly #outcomes: readonly [Map<number, ExplainedOutcome>, Map<number, ExplainedOutcome>] = [new Map(), new Map()];
  readonly #engine: Correlation;
  readonly #idleAfterMs: number;
  readonly #lastMs: [number, number] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];

  constructor(rules: CorrelationRules, idleAfterMs: number) {
    this.#idleAfterMs = idleAfterMs;
    // Orphans that policy suppresses are wanted here as well; one key is no burden.
    this.#engine = new Correlation(
      { ...rules, emitOrphans: { A: true, B: true }, overflow: 'pause' },
      {
        pair: (a, b) => {
          this.#outcomes[0].set(a.offset, { kind: 'matched', partner: b.offset });
          if (!this.#outcomes[1].has(b.offset)) {
            this.#outcomes[1].set(b.offset, { kind: 'matched', partner: a.offset });
          }
        },
        orphan: ({ side, offset }, reason, nearestNs) => {
          const nearestMs = nearestNs < 0 ? null : nearestNs / 1e6;
          this.#outcomes[side].set(offset, { kind: 'orphan', reason, nearestMs });
        },
      },
    );
  }

  /** Takes an event that `reader` has just read; one of another key (`own` false) moves the time on only. */
  take(side: SideIndex, offset: number, arrivalMs: number, bytes: Uint8Array, reader: EventReader, own: boolean): void {
    this.#silence(arrivalMs);
    this.#engine.setIdle(side, false);
    if (arrivalMs > this.#lastMs[side]) this.#lastMs[side] = arrivalMs;
    if (own) this.#engine.add(side, offset, arrivalMs, bytes, 0, bytes.length);
    else this.#engine.watermark.observe(side, reader.ms, reader.ns, arrivalMs);
    this.#engine.advance(0);
  }

  /** Nothing more comes: what waits is decided as if it were the end. */
  end(): void {
    this.#engine.end();
  }

  outcome(side: SideIndex, offset: number): ExplainedOutcome | null {
    return this.#outcomes[side].get(offset) ?? null;
  }

  /** What a pause until now makes of the inputs. */
  #silence(nowMs: number): void {
    const silentMs = this.#lastMs.map((lastMs) => nowMs - lastMs) as [number, number];
    const idle = silentMs.map((ms) => ms > this.#idleAfterMs);
    if (!idle[0] && !idle[1]) return;
    for (const side of [0, 1] as const) if (idle[side]) this.#engine.setIdle(side, true);
    this.#engine.advance(Number.isFinite(Math.min(...silentMs)) ? Math.min(...silentMs) : 0);
  }
}
