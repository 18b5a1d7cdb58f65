import { VirtualClock } from '@logweave/model';

const MOMENT_MS = 10;

/** A virtual clock for tests with real sockets: a moment between appends passes at once, longer times when it is advanced. */
export class EagerClock extends VirtualClock {
  override schedule(delayMs: number, run: () => void): () => void {
    if (delayMs > MOMENT_MS) return super.schedule(delayMs, run);
    const immediate = setImmediate(run);
    return () => clearImmediate(immediate);
  }
}
