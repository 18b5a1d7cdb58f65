import { MAX_METADATA_UNITS } from '@logweave/event-log';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFileState, encodeFileState, type FileState, MAX_PARTITIONS } from './commit-metadata.ts';

const natural = fc.maxSafeNat();
const state: fc.Arbitrary<FileState> = fc.record({
  generation: natural,
  rotations: natural,
  inode: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  lengthBytes: natural,
  tailCrc: fc.nat(0xffff_ffff),
  begunMs: natural,
  offsets: fc.array(fc.nat({ max: 10 ** 13 - 1 }), { minLength: 1, maxLength: MAX_PARTITIONS }),
});

describe('the state in the metadata of a commit', () => {
  it('comes back as it was, and always fits', () => {
    fc.assert(
      fc.property(state, (given) => {
        const text = encodeFileState(given);
        expect(text.length).toBeLessThanOrEqual(MAX_METADATA_UNITS);
        expect(decodeFileState(text)).toEqual(given);
      }),
    );
  });

  it.each(['', 'hello', '2 1 0 5 0 0 0 0', '1 1 0 5 0 0 0', '1 1 0 5 0 0 0 1,'])('is not read out of %j', (text) => {
    expect(decodeFileState(text)).toBeNull();
  });
});
