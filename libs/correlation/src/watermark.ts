import type { SideIndex } from './held-event.ts';

interface Input {
  /** The highest event time shown, each event counting at most with its arrival. */
  ms: number;
  ns: number;
  idle: boolean;
}

/**
 * The time of a task: the smallest time of its inputs that are not idle, less the lateness. It never falls. "Passed"
 * means that the watermark is greater than a moment.
 */
export class Watermark {
  ms = Number.NEGATIVE_INFINITY;
  ns = 0;
  readonly inputs: readonly [Input, Input] = [newInput(), newInput()];
  readonly #latenessNs: number;

  constructor(latenessNs: number) {
    this.#latenessNs = latenessNs;
  }

  observe(side: SideIndex, ms: number, ns: number, arrivalMs: number | null): void {
    const input = this.inputs[side];
    if (arrivalMs !== null && ms >= arrivalMs) {
      ms = arrivalMs;
      ns = 0;
    }
    if ((ms - input.ms) * 1e6 + (ns - input.ns) > 0) {
      input.ms = ms;
      input.ns = ns;
    }
  }

  setIdle(side: SideIndex, idle: boolean): void {
    this.inputs[side].idle = idle;
  }

  /** Whether the watermark waits for this input: reading it moves things on. */
  holdsBack(side: SideIndex): boolean {
    const [own, other] = side === 0 ? this.inputs : ([this.inputs[1], this.inputs[0]] as const);
    if (own.idle) return true;
    return other.idle || (own.ms - other.ms) * 1e6 + (own.ns - other.ns) <= 0;
  }

  /**
   * Moves on with what the inputs have shown. While all are idle the wall clock carries it: `silentMs` is how long ago
   * the last event arrived.
   */
  update(silentMs: number): void {
    const [a, b] = this.inputs;
    if (a.idle && b.idle) {
      const highest = (a.ms - b.ms) * 1e6 + (a.ns - b.ns) >= 0 ? a : b;
      // Clocks count parts of milliseconds; `ms` is whole, and so is its text in a commit.
      this.#raise(highest.ms + Math.floor(silentMs), highest.ns);
    } else if (a.idle) {
      this.#raise(b.ms, b.ns);
    } else if (b.idle) {
      this.#raise(a.ms, a.ns);
    } else {
      const lowest = (a.ms - b.ms) * 1e6 + (a.ns - b.ns) <= 0 ? a : b;
      this.#raise(lowest.ms, lowest.ns);
    }
  }

  /** Takes over what a predecessor had committed of an input and of the task. */
  restore(
    side: SideIndex,
    committed: { watermarkMs: number; watermarkNs: number; inputMs: number; inputNs: number },
  ): void {
    this.inputs[side].ms = committed.inputMs;
    this.inputs[side].ns = committed.inputNs;
    this.ms = committed.watermarkMs;
    this.ns = committed.watermarkNs;
  }

  /** The end of the input passes every moment. */
  end(): void {
    this.ms = Number.POSITIVE_INFINITY;
    this.ns = 0;
  }

  #raise(ms: number, ns: number): void {
    // An input that has shown nothing stands at minus infinity, and so does their difference from it: no number.
    if (ms === Number.NEGATIVE_INFINITY) return;
    const total = ns - this.#latenessNs;
    const carry = Math.floor(total / 1e6);
    const nextMs = ms + carry;
    const nextNs = total - carry * 1e6;
    if (this.ms === Number.NEGATIVE_INFINITY || (nextMs - this.ms) * 1e6 + (nextNs - this.ns) > 0) {
      this.ms = nextMs;
      this.ns = nextNs;
    }
  }
}

function newInput(): Input {
  return { ms: Number.NEGATIVE_INFINITY, ns: 0, idle: false };
}
