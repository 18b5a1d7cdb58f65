const TIMESTAMP = /("timestamp":)([0-9]{19})(?=[,}])/;

/** The event time of a sample line in nanoseconds. @throws Error when the line has no `timestamp` of 19 digits. */
export function timestampOf(line: string): bigint {
  const digits = TIMESTAMP.exec(line)?.[2];
  if (digits === undefined) throw new Error('no "timestamp" in nanoseconds (19 digits)');
  return BigInt(digits);
}

/** The line with its `timestamp` moved by so many nanoseconds and every other byte as it was. */
export function shiftTimestamp(line: string, byNs: bigint): string {
  return line.replace(TIMESTAMP, (_, name: string, digits: string) => `${name}${BigInt(digits) + byNs}`);
}
