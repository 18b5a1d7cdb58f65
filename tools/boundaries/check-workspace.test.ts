import { describe, expect, it } from 'vitest';
import { checkWorkspace } from './check-workspace.ts';
import { isForTests, type Workspace, type WorkspacePackage } from './workspace.ts';

interface PackageOptions {
  readonly dependencies?: readonly string[];
  readonly devDependencies?: readonly string[];
  readonly references?: readonly string[];
}

/** A package whose files are given as path → text; what it needs is declared unless the options say otherwise. */
function pkg(folder: string, files: Readonly<Record<string, string>>, options: PackageOptions = {}): WorkspacePackage {
  const all = ['model', 'json-bytes', 'event-log', 'event-log-embedded', 'warehouse', 'correlator', 'file-writer'];
  const name = folder.slice(folder.indexOf('/') + 1);
  return {
    id: folder === 'services/logweave' ? 'logweave' : `@logweave/${name}`,
    name,
    folder,
    dependencies: new Set(options.dependencies ?? all.map((id) => `@logweave/${id}`)),
    devDependencies: new Set(options.devDependencies),
    references: new Set(
      options.references ??
        all.map((id) => (id === 'correlator' || id === 'file-writer' ? `services/${id}` : `libs/${id}`)),
    ),
    files: Object.entries(files).map(([path, text]) => ({
      path: `${folder}/${path}`,
      text,
      forTests: isForTests(`${folder}/${path}`),
    })),
  };
}

/** What is found, as `path:line message`. */
function check(...packages: WorkspacePackage[]): string[] {
  const workspace: Workspace = { packages, rootDevDependencies: new Set(['vitest', 'fast-check']) };
  return checkWorkspace(workspace).map(({ path, line, message }) => `${path}:${line} ${message}`);
}

const model = pkg('libs/model', { 'src/index.ts': 'export const x = 1;' });

describe('dependencies run downwards', () => {
  it('from a service to libraries and from adapters to ports and domain', () => {
    const eventLog = pkg('libs/event-log', { 'src/index.ts': `export type { X } from '@logweave/model';` });
    const embedded = pkg('libs/event-log-embedded', { 'src/index.ts': `import { a } from '@logweave/event-log';` });
    const correlator = pkg('services/correlator', {
      'src/index.ts': `import { b } from '@logweave/event-log-embedded';`,
    });
    expect(check(model, eventLog, embedded, correlator)).toEqual([]);
  });

  it('so a port does not know its adapter, not even as a type', () => {
    const eventLog = pkg('libs/event-log', {
      'src/port.ts': `\nimport type { A } from '@logweave/event-log-embedded';`,
    });
    const found = check(eventLog, pkg('libs/event-log-embedded', {}));
    expect(found).toEqual([
      expect.stringMatching(/^libs\/event-log\/src\/port\.ts:2 event-log \(port\) must not know/),
    ]);
  });

  it('and a service does not know another, unless it is the one that holds them all', () => {
    const text = { 'src/index.ts': `import { f } from '@logweave/file-writer';` };
    const writer = pkg('services/file-writer', {});
    expect(check(writer, pkg('services/correlator', text))).toEqual([
      expect.stringContaining('services do not import each other'),
    ]);
    expect(check(writer, pkg('services/logweave', text))).toEqual([]);
  });

  it('and no test of a library needs a service', () => {
    const text = { 'src/a.test.ts': `import { c } from '@logweave/correlator';` };
    expect(check(pkg('services/correlator', {}), pkg('libs/warehouse', text))).toHaveLength(1);
  });

  it('and a package in no layer is refused until it has a place', () => {
    expect(check(pkg('libs/surprise', {}))).toEqual([expect.stringContaining('surprise is in no layer')]);
  });

  it('and never in a circle of packages', () => {
    const a = pkg(
      'libs/warehouse',
      { 'src/index.ts': `import { x } from '@logweave/warehouse-embedded';` },
      {
        dependencies: ['@logweave/warehouse-embedded'],
        references: ['libs/warehouse-embedded'],
      },
    );
    const b = pkg('libs/warehouse-embedded', { 'src/index.ts': `import { x } from '@logweave/warehouse';` });
    expect(check(a, b)).toEqual([expect.stringContaining('packages depend on each other in a circle')]);
  });
});

describe('what is imported is declared', () => {
  it.each([
    [{ dependencies: [] }, '@logweave/model is not declared'],
    [{ references: [] }, 'libs/model is missing from the references'],
  ])('%j: %s', (options, message) => {
    const text = { 'src/index.ts': `import { x } from '@logweave/model';` };
    expect(check(model, pkg('libs/event-log', text, options))).toEqual([expect.stringContaining(message)]);
  });

  it('also when it comes from outside; tests may use what the root brings', () => {
    const files = {
      'src/index.ts': `import { pino } from 'pino/file';`,
      'src/index.test.ts': `import { it } from 'vitest';\nimport { parse } from 'yaml';`,
    };
    expect(check(pkg('libs/service-kit', files))).toEqual([
      expect.stringMatching(/index\.test\.ts:2 yaml is not declared: add it to the devDependencies/),
      expect.stringMatching(/index\.ts:1 pino is not declared: add it to the dependencies/),
    ]);
  });
});

describe('index.ts is the only way in', () => {
  it.each([
    [`import { x } from '@logweave/model/src/topics.ts';`, 'reaches past index.ts'],
    [`import { x } from '../../model/src/topics.ts';`, 'leaves the package'],
    [`import { runContract } from '@logweave/event-log/contract';`, 'is for tests only'],
    [`const m = await import('@logweave/event-log/memory');`, 'is for tests only'],
    [`import { helper } from './a.test.ts';`, 'is for tests only'],
    [`import { x } from '@logweave/event-log-embedded';`, 'does not import itself'],
  ])('%s', (text, message) => {
    const found = check(model, pkg('libs/event-log', {}), pkg('libs/event-log-embedded', { 'src/a.ts': text }));
    expect(found).toEqual([expect.stringContaining(message)]);
  });

  it('but for the contract and the log in memory, in tests', () => {
    const text = `import { run } from '@logweave/event-log/contract';\nimport { M } from '@logweave/event-log/memory';`;
    const files = { 'src/a.test.ts': text };
    expect(check(pkg('libs/event-log', {}), pkg('libs/event-log-embedded', files))).toEqual([]);
  });
});

describe('the part of the event log that logs in one process share', () => {
  const text = { 'src/a.ts': `import { L } from '@logweave/event-log/local';` };

  it('is for the embedded log', () => {
    expect(check(pkg('libs/event-log', {}), pkg('libs/event-log-embedded', text))).toEqual([]);
  });

  it('and for nobody else', () => {
    expect(check(pkg('libs/event-log', {}), pkg('libs/intake', text))).toEqual([
      expect.stringContaining('is for event-log-embedded only'),
    ]);
  });
});

describe('a pure library', () => {
  it.each(['node:fs', 'node:net', 'node:http', 'node:sqlite', 'node:child_process', 'node:worker_threads', 'koffi'])(
    'does not import %s',
    (specifier) => {
      expect(check(pkg('libs/model', { 'src/a.ts': `import * as io from '${specifier}';` }))).toHaveLength(1);
    },
  );

  it('may compute with what Node brings, and its tests may do as they like', () => {
    const files = {
      'src/a.ts': `import { isUtf8 } from 'node:buffer';\nimport { createHash } from 'node:crypto';`,
      'src/a.test.ts': `import { isIP } from 'node:net';`,
    };
    expect(check(pkg('libs/model', files))).toEqual([]);
  });
});

describe('time and chance are handed in', () => {
  it.each([
    'Date.now()',
    'new Date()',
    'setTimeout(run, 5)',
    'setInterval(run, 5)',
    'Math.random()',
    'process.hrtime.bigint()',
    'performance.now()',
    'Temporal.Now.instant()',
  ])('%s is found with its line', (text) => {
    expect(check(pkg('services/correlator', { 'src/a.ts': `// here\nexport const x = () => ${text};` }))).toEqual([
      expect.stringMatching(/^services\/correlator\/src\/a\.ts:2 .* asks the machine/),
    ]);
  });

  it('and so are the timers of Node as a module', () => {
    const text = { 'src/a.ts': `import { setTimeout as wait } from 'node:timers/promises';` };
    expect(check(pkg('libs/warehouse', text))).toEqual([expect.stringContaining('waits by the machine')]);
  });

  it('also inside a template, and not in a comment, a string, a pattern or a method of that name', () => {
    const template = (text: string): string => ['const a = `it is ', text, '`;'].join('');
    expect(check(pkg('services/correlator', { 'src/a.ts': template('${Date.now()}') }))).toHaveLength(1);
    const innocent = [
      '// Date.now()',
      '/* setTimeout(x) */',
      `const a = 'Date.now()';`,
      'const b = /Date.now()[/]"/;',
      template('Math.random() ${a} Date.now()'),
      'clock.setTimeout(run);',
      'new Date(0);',
    ];
    expect(check(pkg('services/correlator', { 'src/a.ts': innocent.join('\n') }))).toEqual([]);
  });

  it('but for the system clock and tests', () => {
    const text = 'export const now = () => Date.now();';
    const files = { 'src/system-clock.ts': text, 'src/a.test.ts': text };
    expect(check(pkg('libs/service-kit', files))).toEqual([]);
  });
});

describe('files of a package', () => {
  it('do not import each other in a circle', () => {
    const files = {
      'src/a.ts': `import { b } from './b.ts';`,
      'src/b.ts': `export { c } from './c.ts';`,
      'src/c.ts': `import {\n  a,\n} from './a.ts';`,
    };
    expect(check(pkg('libs/model', files))).toEqual([
      expect.stringMatching(/src\/a\.ts:1 imports run in a circle \(.*a\.ts → .*b\.ts → .*c\.ts → .*a\.ts\)/),
    ]);
  });

  it('may know each other as types', () => {
    const files = { 'src/a.ts': `import type { B } from './b.ts';`, 'src/b.ts': `import { a } from './a.ts';` };
    expect(check(pkg('libs/model', files))).toEqual([]);
  });
});
