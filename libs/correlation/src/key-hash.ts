/** Mixes the 48 bits of address and port into 32 with a sign (the finalizer of MurmurHash3). */
export function hashOfPacked(packed: number): number {
  const port = packed % 65536;
  let h = ((packed - port) / 65536) ^ Math.imul(port, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
