/** A line that is longer than what is taken: its text is gone. */
export interface TooLongLine {
  readonly tooLongBytes: number;
}

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/**
 * The lines of a stream of bytes, without their line ends. A line of more than `limitBytes` is passed over and counted,
 * so memory stays bounded. The last line needs no line end.
 */
export async function* readLines(
  stream: AsyncIterable<Uint8Array>,
  limitBytes: number,
): AsyncGenerator<Buffer | TooLongLine> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const piece of stream) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      yield finished(held, heldBytes, chunk.subarray(start, end), limitBytes);
      held = [];
      heldBytes = 0;
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    heldBytes += rest.length;
    if (heldBytes > limitBytes) held = [];
    else if (rest.length > 0) held.push(rest);
  }
  if (heldBytes > 0) yield finished(held, heldBytes, Buffer.alloc(0), limitBytes);
}

function finished(held: readonly Buffer[], heldBytes: number, last: Buffer, limitBytes: number): Buffer | TooLongLine {
  const bytes = heldBytes + last.length;
  if (bytes > limitBytes) return { tooLongBytes: bytes };
  const line = held.length === 0 ? last : Buffer.concat([...held, last]);
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}
