import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { familyOf } from './family.ts';
import { observabilityFiles } from './observability-files.ts';
import { readCatalogue } from './read-catalogue.ts';

const ROOT = join(import.meta.dirname, '../..');
const catalogue = await readCatalogue(ROOT);
const ours = catalogue.filter(({ owner }) => owner !== 'node');

/** Plain measures: one sentence says what they are, and no value of theirs asks for anything. */
const PLAIN = new Set([
  'logweave_build_info',
  'logweave_ingest_bytes_total',
  'logweave_clickhouse_writer_inserted_bytes_total',
]);

describe('the catalogue', () => {
  it('has the metrics of every package that declares some', () => {
    const declaring = ['libs', 'services'].flatMap((parent) =>
      readdirSync(join(ROOT, parent)).filter((name) => readsMetrics(join(ROOT, parent, name))),
    );
    expect(new Set(ours.map(({ owner }) => owner))).toEqual(new Set(declaring));
    expect(declaring.length).toBeGreaterThanOrEqual(6);
  });

  it('misses none that is declared elsewhere than in a metrics.ts', () => {
    const strays = ['libs', 'services'].flatMap((parent) =>
      readdirSync(join(ROOT, parent), { recursive: true, encoding: 'utf8' })
        .filter((path) => /\/src\/.*\.ts$/.test(path) && !/\.test\.ts$|\/metrics\.ts$/.test(path))
        .filter((path) =>
          /new (Counter|Gauge|Histogram|Summary)\(/.test(readFileSync(join(ROOT, parent, path), 'utf8')),
        ),
    );
    expect(strays).toEqual([]);
  });

  it('names each metric once, in one way, with its unit', () => {
    expect(new Set(catalogue.map(({ name }) => name)).size).toBe(catalogue.length);
    for (const { name, type } of ours) {
      expect(name).toMatch(/^logweave_[a-z][a-z0-9_]*[a-z0-9]$/);
      if (type === 'counter') expect(name).toMatch(/_total$/);
      if (type === 'histogram') expect(name).toMatch(/_(seconds|bytes)$/);
    }
  });

  it.each(ours)('says of $name what it is and what to do', ({ name, help }) => {
    expect(help).toMatch(/\.$/);
    if (!PLAIN.has(name)) expect(help.split(/[.:;] /).length).toBeGreaterThan(1);
  });

  it('gives no metric a label whose values come out of logs', () => {
    const labels = new Set(ours.flatMap((metric) => metric.labels));
    for (const label of ['src_ip', 'src_port', 'key', 'host', 'user', 'url', 'sender', 'address']) {
      expect(labels).not.toContain(label);
    }
  });

  it('finds the metric of a series', () => {
    expect(familyOf('logweave_correlator_commit_seconds_bucket', catalogue)?.type).toBe('histogram');
    expect(familyOf('logweave_correlator_commit_seconds', catalogue)).toBeUndefined();
    expect(familyOf('logweave_correlator_lag_records', catalogue)?.labels).toEqual(['partition', 'side']);
    expect(familyOf('logweave_nothing', catalogue)).toBeUndefined();
  });
});

describe('what is made from the catalogue', () => {
  it.each([...observabilityFiles(catalogue)])(
    '%s is as the code says (else run tools/generate-observability.ts)',
    (path, text) => {
      expect(readFileSync(join(ROOT, path), 'utf8')).toBe(text);
    },
  );

  it('are all dashboards that there are', () => {
    const folder = 'deploy/observability/dashboards';
    const made = [...observabilityFiles(catalogue).keys()].filter((path) => path.startsWith(folder));
    expect(
      readdirSync(join(ROOT, folder))
        .map((name) => `${folder}/${name}`)
        .sort(),
    ).toEqual(made.sort());
  });
});

function readsMetrics(folder: string): boolean {
  return readdirSync(join(folder, 'src')).includes('metrics.ts');
}
