/** A value as RowBinary has it: bytes of a String, lists, pairs of a Map, integers. */
export type RowValue = Buffer | bigint | readonly RowValue[];

/** Reads RowBinary as ClickHouse describes it, by the types of its columns. @throws Error for a type that it does not know. */
export function decodeRows(
  columns: readonly { readonly name: string; readonly type: string }[],
  bytes: Buffer,
): readonly Readonly<Record<string, RowValue>>[] {
  const rows: Record<string, RowValue>[] = [];
  const reader = new ValueReader(bytes);
  while (!reader.atEnd) rows.push(Object.fromEntries(columns.map(({ name, type }) => [name, reader.value(type)])));
  return rows;
}

class ValueReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  value(type: string): RowValue {
    const inner = /^(LowCardinality|Array|Map)\((.*)\)$/.exec(type);
    if (inner?.[1] === 'LowCardinality') return this.value(inner[2] ?? '');
    if (inner?.[1] === 'Array') return this.#list(() => this.value(inner[2] ?? ''));
    if (inner?.[1] === 'Map') return this.#list(() => (inner[2] ?? '').split(', ').map((each) => this.value(each)));
    if (type === 'String') return this.#take(this.#count());
    if (type === 'UInt32') return BigInt(this.#take(4).readUInt32LE());
    if (type === 'UInt64') return this.#take(8).readBigUInt64LE();
    if (type.startsWith('DateTime64(')) return this.#take(8).readBigInt64LE();
    throw new Error(`cannot read ${type}`);
  }

  #list(read: () => RowValue): readonly RowValue[] {
    return Array.from({ length: this.#count() }, read);
  }

  #count(): number {
    let count = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#take(1)[0] as number;
      count += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return count;
    }
  }

  #take(length: number): Buffer {
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new Error('a row ends within a value');
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
