export type ProcessSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/** Where the signals of a process come from; a test sends its own. */
export interface SignalSource {
  /** Runs something at each of these signals; the result ends that. */
  on(signal: ProcessSignal, run: () => void): () => void;
}

/** The signals of this process. */
export const processSignals: SignalSource = {
  on(signal, run) {
    process.on(signal, run);
    return () => process.off(signal, run);
  },
};
