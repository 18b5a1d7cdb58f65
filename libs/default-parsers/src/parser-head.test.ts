import { expect, it } from 'vitest';
import { readParserHead } from './parser-head.ts';

const TEXT = '# product: Squid access log\n# version: 3\n#\n# More.\nfilter { }\n';

it('takes product and version from the comments at the top', () => {
  expect(readParserHead(TEXT)).toEqual({
    product: 'Squid access log',
    version: expect.stringMatching(/^3-[0-9a-f]{8}$/),
  });
});

it('gives another version to another text, though its number is the same', () => {
  expect(readParserHead(`${TEXT}\n`)?.version).not.toBe(readParserHead(TEXT)?.version);
});

it.each([
  ['no product', '# version: 1\nfilter { }'],
  ['no version', '# product: x\nfilter { }'],
  ['a version that is no whole number', '# product: x\n# version: 1.2\nfilter { }'],
  ['comments below the first statement', 'filter { }\n# product: x\n# version: 1\n'],
])('finds no head with %s', (_, text) => {
  expect(readParserHead(text)).toBeNull();
});
