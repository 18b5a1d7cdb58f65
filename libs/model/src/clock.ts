/** Time as a dependency. Nothing but the system clock of the service kit reads the machine's. */
export interface Clock {
  /** Milliseconds since the epoch; may step either way when the machine's clock is set. */
  wallMs(): number;
  /** Milliseconds since some fixed moment; never goes back. For every duration and timer. */
  monotonicMs(): number;
  /** Resolves after the time, or at once when the signal aborts: then the caller looks at the signal. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
  /** Runs something once after the time; the result cancels it. */
  schedule(delayMs: number, run: () => void): () => void;
}
