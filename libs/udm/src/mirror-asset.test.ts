import { describe, expect, it } from 'vitest';
import { mirrorAssets } from './mirror-asset.ts';

describe('a machine in a noun and in its asset', () => {
  it.each([
    [
      'goes into an asset that is not there',
      { hostname: 'h', ip: ['1'] },
      { hostname: 'h', ip: ['1'], asset: { hostname: 'h', ip: ['1'] } },
    ],
    [
      'goes out of the asset',
      { asset: { assetId: 'a:1', mac: ['m'] } },
      { assetId: 'a:1', mac: ['m'], asset: { assetId: 'a:1', mac: ['m'] } },
    ],
    [
      'is the union of both lists',
      { ip: ['1', '2'], asset: { ip: ['2', '3'] } },
      { ip: ['1', '2', '3'], asset: { ip: ['1', '2', '3'] } },
    ],
    ['has each address once', { ip: ['1', '2', '1'] }, { ip: ['1', '2'], asset: { ip: ['1', '2'] } }],
    [
      'has the name of the noun where they differ',
      { hostname: 'h', asset: { hostname: 'x' } },
      { hostname: 'h', asset: { hostname: 'h' } },
    ],
    [
      'keeps what else the asset has',
      { ip: ['1'], asset: { category: 'c' } },
      { ip: ['1'], asset: { category: 'c', ip: ['1'] } },
    ],
    ['is not made of nothing', { user: { userid: 'u' } }, { user: { userid: 'u' } }],
  ])('%s', (_, noun, expected) => {
    for (const name of ['principal', 'src', 'target']) {
      expect(mirrorAssets({ [name]: noun })).toEqual({ [name]: expected });
      expect(mirrorAssets(mirrorAssets({ [name]: noun }))).toEqual({ [name]: expected });
    }
  });

  it('is left alone in other nouns', () => {
    const event = { observer: { hostname: 'h' }, intermediary: [{ ip: ['1'] }], about: [{ asset: { ip: ['1'] } }] };
    expect(mirrorAssets(event)).toBe(event);
  });

  it('does not change the event that was given', () => {
    const event = { principal: { ip: ['1'], asset: { ip: ['2'] } } };
    mirrorAssets(event);
    expect(event).toEqual({ principal: { ip: ['1'], asset: { ip: ['2'] } } });
  });
});
