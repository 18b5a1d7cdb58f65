import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { kafkaJars } from './kafka-jars.ts';
import { KafkaUnavailable } from './kafka-unavailable.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kafka-jars-'));
});
afterEach(() => rmSync(home, { recursive: true }));

/** A Maven that does what the script says; `$out` is the directory that it is to fill. */
function installMaven(script: string): NodeJS.ProcessEnv {
  const bin = mkdtempSync(join(home, 'bin-'));
  const first = '#!/bin/sh\nfor arg; do case $arg in -DoutputDirectory=*) out=${arg#*=};; esac; done\n';
  writeFileSync(join(bin, 'mvn'), `${first}${script}\n`);
  chmodSync(join(bin, 'mvn'), 0o755);
  return { PATH: [bin, process.env['PATH']].join(delimiter) };
}

it('the jars are fetched once', async () => {
  const jars = await kafkaJars(home, installMaven('touch "$out/kafka.jar"'));
  expect(readdirSync(jars)).toEqual(['kafka.jar']);
  expect(await kafkaJars(home, { PATH: home })).toBe(jars);
});

it('a fetch that fails leaves nothing behind, and what Maven says is told', async () => {
  const env = installMaven('touch "$out/half.jar"; echo "[ERROR] Unknown host"; exit 1');
  await expect(kafkaJars(home, env)).rejects.toThrow(/could not fetch the jars of Kafka:\n\[ERROR\] Unknown host/);
  expect(readdirSync(home).filter((name) => !name.startsWith('bin-'))).toEqual([]);
});

it('without jars and Maven there is no Kafka', async () => {
  await expect(kafkaJars(home, { PATH: home })).rejects.toThrow(KafkaUnavailable);
  await expect(kafkaJars(home, { PATH: home })).rejects.toThrow('there is no mvn in the PATH');
});
