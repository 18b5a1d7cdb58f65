import type { Clock } from '@logweave/model';
import type { LineReader } from './line-reader.ts';

const SHOW_EVERY_MS = 200;

/** Where progress is shown: standard error, when it is a terminal. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface ProgressLine {
  readonly show: () => void;
  readonly clear: () => void;
}

/** One line that is written over itself: rate, share, time left. On a terminal only. */
export function progressLine(readers: readonly LineReader[], terminal: Terminal, clock: Clock): ProgressLine {
  if (terminal.isTTY !== true) return { show: () => {}, clear: () => {} };
  const beganMs = clock.monotonicMs();
  let shownMs = beganMs;
  const sum = (of: (reader: LineReader) => number): number => readers.reduce((total, reader) => total + of(reader), 0);
  return {
    show() {
      const nowMs = clock.monotonicMs();
      if (nowMs - shownMs < SHOW_EVERY_MS) return;
      shownMs = nowMs;
      const elapsedMs = nowMs - beganMs;
      const lines = sum(({ line }) => line);
      const rate = `${Math.round((lines / elapsedMs) * 1000).toLocaleString('en-US')} events/s`;
      const size = sum(({ source }) => source.size ?? Number.NaN);
      const read = sum(({ bytesRead }) => bytesRead);
      // Of a pipe nobody knows how much is still to come.
      const left =
        read > 0 && read <= size
          ? `${Math.floor((read / size) * 100)} %, ${Math.ceil((elapsedMs * (size - read)) / read / 1000)} s left, `
          : `${lines.toLocaleString('en-US')} events, `;
      terminal.write(`\r\x1b[K${left}${rate}`);
    },
    clear() {
      terminal.write('\r\x1b[K');
    },
  };
}
