import { formatRfc3339 } from '@logweave/model';
import { writeFraction, writePadded } from './decimal-writer.ts';

const DAY_MS = 86_400_000;
const COLON = 58;
const Z = 90;
const DATE_LENGTH = '2024-01-01T'.length;

/** Writes event times as `formatRfc3339` does. The date is kept: neighbours in the output mostly share it. */
export class Rfc3339Writer {
  #day = Number.NaN;
  readonly #date = new Uint8Array(DATE_LENGTH);

  /** Writes the time and answers the position after it; at most 30 bytes. */
  write(out: Uint8Array, position: number, ms: number, ns: number): number {
    const day = Math.floor(ms / DAY_MS);
    if (day !== this.#day) {
      const text = formatRfc3339(day * DAY_MS, 0);
      for (let i = 0; i < DATE_LENGTH; i++) this.#date[i] = text.charCodeAt(i);
      this.#day = day;
    }
    for (let i = 0; i < DATE_LENGTH; i++) out[position + i] = this.#date[i] as number;
    const inDay = ms - day * DAY_MS;
    const seconds = Math.floor(inDay / 1000);
    const minutes = Math.floor(seconds / 60);
    const hours = Math.floor(minutes / 60);
    let i = writePadded(out, position + DATE_LENGTH, hours, 2);
    out[i] = COLON;
    i = writePadded(out, i + 1, minutes - hours * 60, 2);
    out[i] = COLON;
    i = writePadded(out, i + 1, seconds - minutes * 60, 2);
    i = writeFraction(out, i, (inDay - seconds * 1000) * 1e6 + ns, 9);
    out[i] = Z;
    return i + 1;
  }
}
