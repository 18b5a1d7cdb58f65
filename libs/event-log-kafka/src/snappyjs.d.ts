/** The package brings no types. */
declare module 'snappyjs' {
  /** @throws Error when the bytes are no snappy block or would be longer than `maxLength`. */
  export function uncompress(compressed: Uint8Array, maxLength?: number): Uint8Array;
  export function compress(uncompressed: Uint8Array): Uint8Array;
}
