#!/usr/bin/env -S node --no-warnings --max-semi-space-size=64
// Plain JavaScript that any Node can read, so that an old one says what is missing instead of a syntax error.
const NEEDED_MAJOR = 26;

if (Number.parseInt(process.versions.node, 10) < NEEDED_MAJOR) {
  process.stderr.write(
    `logweave needs Node ${NEEDED_MAJOR} or later; this is ${process.version} (${process.execPath}).\n`,
  );
  process.exit(1);
}

await import(new URL('../lib/logweave.js', import.meta.url).href);
