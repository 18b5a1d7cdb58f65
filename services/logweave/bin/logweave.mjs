#!/usr/bin/env -S node --conditions=@logweave/source --no-warnings --max-semi-space-size=64
// Plain JavaScript that any Node can read, so that an old one says what is missing instead of a syntax error.
import { existsSync } from 'node:fs';

const NEEDED_MAJOR = 26;

if (Number.parseInt(process.versions.node, 10) < NEEDED_MAJOR) {
  process.stderr.write(
    `logweave needs Node ${NEEDED_MAJOR} or later; this is ${process.version} (${process.execPath}). ` +
      'On Linux x64 npm has installed one: put node_modules/.bin first in PATH, or use npx logweave.\n',
  );
  process.exit(1);
}

// A checkout runs from its sources, without a build; a package has only what was built.
const source = new URL('../src/main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href);
