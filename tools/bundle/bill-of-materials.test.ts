import { describe, expect, it } from 'vitest';
import { billOfMaterials } from './bill-of-materials.ts';

const IDENTITY = { name: 'logweave', version: '1.2.3', license: 'MIT', engines: { node: '>=26' }, commit: 'abc' };
const DIGEST = Buffer.alloc(64, 7);

const lock = {
  packages: {
    'node_modules/@scope/a': { version: '1.0.0', license: 'MIT', integrity: `sha512-${DIGEST.toString('base64')}` },
    'node_modules/b/node_modules/c': { version: '2.0.0', license: '(MIT OR CC0-1.0)' },
    'node_modules/other': { version: '9.0.0' },
  },
};
const beside = {
  packages: { '': { version: '1.2.3' }, 'node_modules/native-linux': { version: '3.0.0', optional: true } },
};

describe('the bill of materials', () => {
  it('has each package that is inlined and each that is installed beside, and no other', () => {
    const bill = billOfMaterials(IDENTITY, ['node_modules/b/node_modules/c', 'node_modules/@scope/a'], lock, beside);
    expect(bill).toEqual({
      $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: {
        component: {
          type: 'application',
          'bom-ref': 'pkg:npm/logweave@1.2.3',
          name: 'logweave',
          version: '1.2.3',
          licenses: [{ expression: 'MIT' }],
          purl: 'pkg:npm/logweave@1.2.3',
          properties: [{ name: 'logweave:commit', value: 'abc' }],
        },
      },
      components: [
        {
          type: 'library',
          'bom-ref': 'pkg:npm/%40scope/a@1.0.0',
          group: '@scope',
          name: 'a',
          version: '1.0.0',
          scope: 'required',
          hashes: [{ alg: 'SHA-512', content: '07'.repeat(64) }],
          licenses: [{ expression: 'MIT' }],
          purl: 'pkg:npm/%40scope/a@1.0.0',
          properties: [{ name: 'logweave:contained', value: 'inlined' }],
        },
        {
          type: 'library',
          'bom-ref': 'pkg:npm/c@2.0.0',
          name: 'c',
          version: '2.0.0',
          scope: 'required',
          licenses: [{ expression: '(MIT OR CC0-1.0)' }],
          purl: 'pkg:npm/c@2.0.0',
          properties: [{ name: 'logweave:contained', value: 'inlined' }],
        },
        {
          type: 'library',
          'bom-ref': 'pkg:npm/native-linux@3.0.0',
          name: 'native-linux',
          version: '3.0.0',
          scope: 'optional',
          purl: 'pkg:npm/native-linux@3.0.0',
          properties: [{ name: 'logweave:contained', value: 'installed' }],
        },
      ],
    });
  });

  it('is refused when an inlined package is not in the lock file', () => {
    expect(() => billOfMaterials(IDENTITY, ['node_modules/d'], lock, beside)).toThrow(
      'the lock file has no node_modules/d',
    );
  });
});
