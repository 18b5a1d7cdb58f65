const INITIAL_FIELDS = 64;

/**
 * Where the fields of one scanned object stand in its bytes: positions, no copies. Reused from object to object.
 * `nameStart..nameEnd` leaves the quotes out; `valueStart..valueEnd` is the whole value, quotes and brackets included.
 */
export class FieldTable {
  count = 0;
  nameStart = new Int32Array(INITIAL_FIELDS);
  nameEnd = new Int32Array(INITIAL_FIELDS);
  valueStart = new Int32Array(INITIAL_FIELDS);
  valueEnd = new Int32Array(INITIAL_FIELDS);
  /** A hash of the name as it is meant: equal names have equal hashes, however they are escaped. */
  nameHash = new Int32Array(INITIAL_FIELDS);
  /** 1 where the name holds an escape, so that its bytes are not its text. */
  nameEscaped = new Uint8Array(INITIAL_FIELDS);
  /** Whether a byte above 0x7f occurs: only then can the UTF-8 be wrong. */
  nonAscii = false;
  /** Where the scan stopped: on an error the position of the first byte that cannot be. */
  position = 0;

  grow(): void {
    this.nameStart = doubled(this.nameStart);
    this.nameEnd = doubled(this.nameEnd);
    this.valueStart = doubled(this.valueStart);
    this.valueEnd = doubled(this.valueEnd);
    this.nameHash = doubled(this.nameHash);
    const escaped = new Uint8Array(this.nameEscaped.length * 2);
    escaped.set(this.nameEscaped);
    this.nameEscaped = escaped;
  }
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const next = new Int32Array(array.length * 2);
  next.set(array);
  return next;
}
