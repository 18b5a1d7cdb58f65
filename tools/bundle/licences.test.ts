import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { collectLicences, packageFolders } from './licences.ts';

function packageWith(manifest: object, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'licences-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'node_modules/p'), { recursive: true });
  writeFileSync(
    join(root, 'node_modules/p/package.json'),
    JSON.stringify({ name: 'p', version: '1.0.0', ...manifest }),
  );
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'node_modules/p', name), text);
  return root;
}

describe('the packages of a bundle', () => {
  it('are those that its files come from, each once', () => {
    const files = [
      'services/logweave/src/main.ts',
      'node_modules/pino/lib/tools.js',
      'node_modules/pino/pino.js',
      'node_modules/@fastify/error/index.js',
      'node_modules/a/node_modules/b/index.js',
      'lazy-package:/home/me/node_modules/pino/pino.js',
    ];
    expect(packageFolders(files)).toEqual([
      'node_modules/@fastify/error',
      'node_modules/a/node_modules/b',
      'node_modules/pino',
    ]);
  });
});

describe('the licences of a bundle', () => {
  it('stand with all texts below the name of the package', () => {
    const root = packageWith(
      { license: 'MIT' },
      { 'LICENSE.md': 'the licence\n', NOTICE: 'the notice', 'a.js': 'code' },
    );
    expect(collectLicences(root, ['node_modules/p'])).toMatch(/\n\np 1\.0\.0 \(MIT\)\n\nthe licence\n\nthe notice\n$/);
  });

  it('may be named only, when the package has no text of it', () => {
    const root = packageWith({ license: 'MIT' }, {});
    expect(collectLicences(root, ['node_modules/p'])).toMatch(/\n\np 1\.0\.0 \(MIT\)\n$/);
  });

  it('cannot be unknown', () => {
    const root = packageWith({}, { 'README.md': '' });
    expect(() => collectLicences(root, ['node_modules/p'])).toThrow('p 1.0.0 says nothing of its licence');
  });
});
