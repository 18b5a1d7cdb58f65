import { describe, expect, it } from 'vitest';
import { decodeCommitMetadata, encodeCommitMetadata } from './commit-metadata.ts';
import { Watermark } from './watermark.ts';

describe('the watermark of a silent task', () => {
  it('stands at whole milliseconds, whatever parts of them the clock counts', () => {
    const watermark = new Watermark(500e6);
    watermark.observe(0, 1_795_563_934_367, 471_121, 1_795_563_934_400);
    watermark.observe(1, 1_795_563_934_100, 7, 1_795_563_934_400);
    watermark.setIdle(0, true);
    watermark.setIdle(1, true);
    watermark.update(1_001.6665);
    expect(watermark).toMatchObject({ ms: 1_795_563_934_868, ns: 471_121 });
    const committed = { next: 5, watermarkMs: watermark.ms, watermarkNs: watermark.ns, inputMs: 3, inputNs: 4 };
    expect(decodeCommitMetadata(encodeCommitMetadata(committed))).toEqual(committed);
  });
});
