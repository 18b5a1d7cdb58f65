import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { renderReference } from './config-reference.ts';
import { configSchema } from './config-schema.ts';
import { checkConfiguration } from './load-configuration.ts';

const file = fileURLToPath(new URL('../../../../config.example.yml', import.meta.url));

function load(text: string) {
  const checked = checkConfiguration('c.yml', { env: {}, readFile: () => text });
  if (checked.kind === 'refused') throw new Error(JSON.stringify(checked.problems));
  expect(checked.warnings).toEqual([]);
  return checked.config;
}

it('config.example.yml is what `logweave check --reference` prints', () => {
  expect(readFileSync(file, 'utf8')).toBe(renderReference());
});

it('config.example.yml says of every key what would hold without it, but for the mode and the sockets', () => {
  const least = load(`
inputs:
  unix_sockets:
    - { name: http_source, path: /run/logweave/http.socket, source: A }
    - { name: network_source, path: /run/logweave/network.socket, source: B }
  raw:
    - { name: squid, type: tcp, log_type: SQUID_WEBPROXY, namespace: office, labels: [{ key: site, value: berlin }], port: 5514 }
    - { name: auditd, type: file, log_type: LINUX_AUDITD, path: /var/log/audit/audit.log }
correlation: { matching: { mode: one_to_many } }
service: { language: none }
outputs: { file: {}, clickhouse: {} }
`);
  expect(load(readFileSync(file, 'utf8'))).toEqual(least);
});

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** Every key of a schema with what is said about it. */
function keysOf(schema: Schema): [string, string | undefined][] {
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, property]): [string, string | undefined][] => [
      [key, property.description],
      ...keysOf(property),
    ]),
    ...(schema.items === undefined ? [] : keysOf(schema.items)),
  ];
}

it('config.example.yml has every key of the schema, each with its explanation above it', () => {
  const lines = readFileSync(file, 'utf8').split('\n');
  const keys = keysOf(configSchema as Schema);
  expect(keys.length).toBeGreaterThan(90);
  for (const [key, description] of keys) {
    const found = lines.flatMap((line, i) => (line.trim().replace(/^- /, '').startsWith(`${key}:`) ? [i] : []));
    expect(found, key).not.toEqual([]);
    if (key === 'inputs') continue;
    expect(description, `description of ${key}`).toBeTruthy();
    const explained = found.some((i) => {
      let from = i;
      while (lines[from - 1]?.trim().startsWith('# ')) from--;
      const text = lines.slice(from, i).map((line) => line.trim().slice(2));
      return text.join(' ') === description;
    });
    expect(explained, `the explanation of ${key} stands above it`).toBe(true);
  }
});

it('config.example.yml tells why it says one_to_many', () => {
  expect(readFileSync(file, 'utf8')).toMatch(
    /with keep-alive, one_to_one makes an orphan of every request but the first/,
  );
});
