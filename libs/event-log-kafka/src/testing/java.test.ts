import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findJava, javaMajor } from './java.ts';

describe('the version of a java', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['java version "1.8.0_412"', 8],
    ['openjdk version "25" 2025-09-16', 25],
    ['bash: no such thing', null],
  ])('%s: %s', (said, major) => expect(javaMajor(said)).toBe(major));
});

describe('a java for a broker', () => {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'java-home-'));
    mkdirSync(join(home, 'bin'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  function install(version: string): void {
    const file = join(home, 'bin', 'java');
    writeFileSync(file, `#!/bin/sh\necho 'openjdk version "${version}"' >&2\n`);
    chmodSync(file, 0o755);
  }

  it('is that of JAVA_HOME', async () => {
    install('17.0.1');
    expect(await findJava({ JAVA_HOME: home, PATH: '' })).toBe(join(home, 'bin', 'java'));
  });

  it('is refused when it is too old', async () => {
    install('11.0.2');
    await expect(findJava({ JAVA_HOME: home, PATH: '' })).rejects.toThrow(
      /is Java 11: a broker needs Java 17 or later/,
    );
  });

  it('is missed where JAVA_HOME has none, and in an empty path', async () => {
    await expect(findJava({ JAVA_HOME: home, PATH: '' })).rejects.toThrow(/\(from JAVA_HOME\) does not run/);
    await expect(findJava({ PATH: home })).rejects.toThrow('there is no java in the PATH');
  });
});
