import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { fileSectionSchema, resolveFileWriterConfig } from './config.ts';

function section(given: object): ReturnType<typeof Value.Parse<typeof fileSectionSchema>> {
  return Value.Parse(fileSectionSchema, Value.Default(fileSectionSchema, given));
}

describe('the section outputs.file', () => {
  it('has a default for everything', () => {
    expect(resolveFileWriterConfig(section({}), { baseDirectory: '/srv' })).toMatchObject({
      topic: 'logweave.correlated',
      group: 'logweave.file-writer',
      path: '/srv/correlated.log',
      fsync: 'always',
      fsyncIntervalMs: 1000,
      rotate: { maxBytes: null, maxAgeMs: null, keep: 10 },
    });
  });

  it('turns what it says into what the service takes', () => {
    const given = { path: '/var/log/x.log', fsync: 'interval', rotate: { max_bytes: 1000, max_age_s: 60, keep: null } };
    expect(resolveFileWriterConfig(section(given), { topicPrefix: 'site' })).toMatchObject({
      topic: 'site.correlated',
      group: 'site.file-writer',
      path: '/var/log/x.log',
      fsync: 'interval',
      rotate: { maxBytes: 1000, maxAgeMs: 60_000, keep: null },
    });
  });

  it.each([{ path: '' }, { fsync: 'sometimes' }, { rotate: { keep: 0 } }, { rotate: { max_bytes: 0 } }, { colour: 1 }])(
    'is refused as %o',
    (given) => {
      expect(() => section(given)).toThrow();
    },
  );

  it.each(['/var/log/', 'a\0b'])('refuses the path %j, which names no file', (path) => {
    expect(() => resolveFileWriterConfig(section({ path }))).toThrow('must name a file');
  });
});
