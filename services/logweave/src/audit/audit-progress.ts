import type { Clock } from '@logweave/model';

const SHOW_EVERY_MS = 200;

/** Where progress is shown: standard error, when it is a terminal. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** One line that is written over itself: share and rate. On a terminal only. */
export function auditProgress(
  terminal: Terminal,
  clock: Clock,
): { readonly show: (done: number, all: number) => void; readonly clear: () => void } {
  if (terminal.isTTY !== true) return { show: () => {}, clear: () => {} };
  const beganMs = clock.monotonicMs();
  let shownMs = beganMs;
  return {
    show(done, all) {
      const nowMs = clock.monotonicMs();
      if (nowMs - shownMs < SHOW_EVERY_MS) return;
      shownMs = nowMs;
      const rate = Math.round((done / (nowMs - beganMs)) * 1000);
      const share = Math.min(100, Math.floor((done / Math.max(1, all)) * 100));
      terminal.write(`\r\x1b[K${share} %, ${done.toLocaleString('en-US')} records, ${rate.toLocaleString('en-US')}/s`);
    },
    clear() {
      terminal.write('\r\x1b[K');
    },
  };
}
