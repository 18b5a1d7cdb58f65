import fc from 'fast-check';
import { expect, it } from 'vitest';
import { framed, FrameSplitter } from './frame-splitter.ts';

it('frames come out whole and in order, however the stream was cut', () => {
  const frame = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 6 }), fc.array(fc.nat(100)), (frames, cuts) => {
      const stream = Buffer.concat(frames.map(framed));
      const ends = [...cuts.map((cut) => Math.min(cut, stream.length)), stream.length].toSorted((a, b) => a - b);
      const splitter = new FrameSplitter();
      let from = 0;
      const out = ends.flatMap((end) => {
        const chunk = stream.subarray(from, end);
        from = end;
        return splitter.push(chunk);
      });
      expect(out.map((bytes) => bytes.toString('hex'))).toEqual(frames.map((bytes) => bytes.toString('hex')));
    }),
  );
});
