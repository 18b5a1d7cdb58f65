import type { RecordHeader } from '@logweave/event-log';
import { HEADERS } from '@logweave/model';

/** What the headers of a result record say of its parents: offsets in the inputs; -1: it has none of that side. */
export interface Provenance {
  a: number;
  b: number;
  /** A parent that is none of this partition's inputs, as the header has it. */
  foreign: string | null;
}

/** Reads provenance for one partition of the two inputs. The answer is the same object each time. */
export class ProvenanceReader {
  readonly #prefixes: readonly [Buffer, Buffer];
  readonly #found: Provenance = { a: -1, b: -1, foreign: null };

  constructor(http: string, network: string, partition: number) {
    this.#prefixes = [Buffer.from(`${http}/${partition}/`), Buffer.from(`${network}/${partition}/`)];
  }

  read(headers: readonly RecordHeader[]): Provenance {
    const found = this.#found;
    found.a = -1;
    found.b = -1;
    found.foreign = null;
    for (const { name, value } of headers) {
      if (name === HEADERS.parentA) found.a = this.#offset(value, this.#prefixes[0]);
      else if (name === HEADERS.parentB) found.b = this.#offset(value, this.#prefixes[1]);
    }
    return found;
  }

  #offset(value: Uint8Array, prefix: Buffer): number {
    let offset = value.length > prefix.length ? 0 : -1;
    for (let i = 0; i < prefix.length && offset === 0; i++) if (value[i] !== prefix[i]) offset = -1;
    for (let i = prefix.length; i < value.length && offset >= 0; i++) {
      const digit = (value[i] as number) - 48;
      offset = digit >= 0 && digit <= 9 ? offset * 10 + digit : -1;
    }
    if (offset < 0) this.#found.foreign = Buffer.from(value).toString('latin1');
    return offset;
  }
}
