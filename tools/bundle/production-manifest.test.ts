import { describe, expect, it } from 'vitest';
import { type LockFile, productionManifest } from './production-manifest.ts';

const IDENTITY = { name: 'logweave', version: '1.2.3', license: 'MIT', engines: { node: '>=26' }, commit: 'abc' };

function pathsOf(names: readonly string[], lock: LockFile): unknown {
  const { packages } = productionManifest(IDENTITY, names, lock).lock;
  return Object.keys(packages as object).filter((path) => path !== '');
}

const LOCK: LockFile = {
  packages: {
    '': { dependencies: { a: '1.0.0' } },
    'node_modules/a': { version: '1.0.0', dependencies: { shared: '^1.0.0' }, dev: true },
    'node_modules/a/node_modules/shared': { version: '1.5.0', dependencies: { deep: '*' } },
    'node_modules/b': {
      version: '2.0.0',
      dependencies: { shared: '^2.0.0' },
      optionalDependencies: { 'only-linux': '1.0.0', absent: '1.0.0' },
      peerDependencies: { peer: '*', maybe: '*' },
      peerDependenciesMeta: { maybe: { optional: true } },
    },
    'node_modules/shared': { version: '2.5.0' },
    'node_modules/deep': { version: '3.0.0' },
    'node_modules/only-linux': { version: '1.0.0', dependencies: { shared: '^2.0.0' }, optional: true },
    'node_modules/peer': { version: '4.0.0' },
    'node_modules/maybe': { version: '5.0.0' },
    'node_modules/unrelated': { version: '6.0.0' },
    'node_modules/ours': { link: true },
  },
};

describe('the lock file of the bundle', () => {
  it('has what the packages need, the version that each of them gets, and nothing else', () => {
    expect(pathsOf(['a'], LOCK)).toEqual(['node_modules/a', 'node_modules/a/node_modules/shared', 'node_modules/deep']);
    expect(pathsOf(['b'], LOCK)).toEqual([
      'node_modules/b',
      'node_modules/only-linux',
      'node_modules/peer',
      'node_modules/shared',
    ]);
  });

  it('calls a package optional only when everything that needs it is', () => {
    const { packages } = productionManifest(IDENTITY, ['b'], LOCK).lock;
    expect(packages['node_modules/only-linux']).toMatchObject({ optional: true });
    expect(packages['node_modules/shared']).not.toHaveProperty('optional');
  });

  it('does not take over that a package was for development in the repository', () => {
    const { packages } = productionManifest(IDENTITY, ['a'], LOCK).lock;
    expect(packages['node_modules/a']).toEqual({ version: '1.0.0', dependencies: { shared: '^1.0.0' } });
  });

  it('does not mention an optional package that the whole lock file has not', () => {
    const { packages } = productionManifest(IDENTITY, ['b'], LOCK).lock;
    expect(packages['node_modules/b']?.optionalDependencies).toEqual({ 'only-linux': '1.0.0' });
  });

  it('ends in packages that need each other', () => {
    const packages = {
      'node_modules/a': { version: '1.0.0', dependencies: { b: '*' } },
      'node_modules/b': { version: '1.0.0', dependencies: { a: '*' } },
    };
    expect(pathsOf(['a'], { packages })).toEqual(['node_modules/a', 'node_modules/b']);
  });

  it('is refused when the whole lock file lacks something', () => {
    expect(() => pathsOf(['c'], LOCK)).toThrow('the lock file has no package c');
    expect(() => pathsOf(['ours'], LOCK)).toThrow('the lock file has no package ours');
    const packages = { 'node_modules/a': { version: '1.0.0', dependencies: { b: '*' } } };
    expect(() => pathsOf(['a'], { packages })).toThrow('the lock file has no b, which node_modules/a needs');
  });
});

describe('the manifest of the bundle', () => {
  it('names exact versions and the commit', () => {
    expect(productionManifest(IDENTITY, ['b', 'a'], LOCK).manifest).toEqual({
      name: 'logweave',
      version: '1.2.3',
      license: 'MIT',
      engines: { node: '>=26' },
      commit: 'abc',
      private: true,
      type: 'module',
      bin: { logweave: './bin/logweave.mjs' },
      dependencies: { a: '1.0.0', b: '2.0.0' },
    });
  });

  it('says nothing of a commit that nobody knows', () => {
    expect(productionManifest({ ...IDENTITY, commit: null }, [], LOCK).manifest).not.toHaveProperty('commit');
  });
});
