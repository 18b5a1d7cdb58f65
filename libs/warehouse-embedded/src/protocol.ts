/**
 * What parent and engine process say to each other: one JSON object a line, on the child's standard input and output.
 * Standard input, because argv is visible to everybody on the machine, and because its end tells the child that the
 * parent is gone, however it went.
 */

/** First line on the child's standard input. */
export interface EngineStart {
  readonly kind: 'start';
  readonly dataDir: string;
  readonly user: string;
  readonly password: string;
  /** Cap of the engine's memory. */
  readonly memoryBytes: number;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Longest request body, after decompression. */
  readonly maxBodyBytes: number;
  /** How long to wait for a data directory that another process still holds. */
  readonly lockTimeoutMs: number;
}

/** Ends the child gracefully: statements under way finish first. */
export interface EngineStop {
  readonly kind: 'stop';
}

/** What the child reports on its standard output. */
export type EngineReport =
  | { readonly kind: 'ready'; readonly port: number; readonly version: string }
  | { readonly kind: 'waiting_for_lock' }
  | { readonly kind: 'failed'; readonly message: string };

/** Splits a stream of text chunks into lines and hands on those that are not empty. */
export function lineReader(onLine: (line: string) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onLine(line);
  };
}
