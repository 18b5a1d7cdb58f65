import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { type ComposeService, memoryMiB, readCompose } from './compose-file.ts';

const ROOT = join(import.meta.dirname, '../..');
const compose = readCompose(join(ROOT, 'docker-compose.yml'));
const tls = readCompose(join(ROOT, 'deploy/compose/tls.yml'));
const services = Object.entries(compose.services);

const isOurs = ({ image }: ComposeService): boolean => image?.startsWith('logweave:') ?? false;
const ours = services.filter(([, service]) => isOurs(service));
const running = ours.filter(([, { command }]) => command?.[0] === 'run');

/** Who is asked for no health, and why. */
const NO_HEALTH: Readonly<Record<string, string>> = {
  topics: 'ends when it is done',
  migrate: 'ends when it is done',
  load: 'serves nothing',
};
/** Who has the user of its image, and why. */
const USER_OF_THE_IMAGE: Readonly<Record<string, string>> = {
  'kafka-ui': 'is not root there, and its makers do not say which number it has',
};

describe.each(services)('service %s of docker-compose.yml', (name, service) => {
  it('has an image of one version', () => {
    expect(service.image).toMatch(/:v?\d+\.\d+\.\d+$/);
  });

  it('has no more rights than it needs', () => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    for (const right of ['privileged', 'cap_add', 'network_mode', 'pid', 'ipc'])
      expect(service).not.toHaveProperty(right);
    expect(service.deploy?.resources?.limits?.pids).toBeGreaterThan(0);
    expect(JSON.stringify(service.volumes ?? [])).not.toContain('docker.sock');
  });

  it('is not root', () => {
    if (name in USER_OF_THE_IMAGE) expect(service).not.toHaveProperty('user');
    else expect(service.user).toMatch(/^[1-9]\d*:\d+$/);
  });

  it('tells whether it is well, or has a reason not to', () => {
    if (name in NO_HEALTH) expect(service.healthcheck).toEqual({ disable: true });
    else expect(service.healthcheck?.test?.[0]).toMatch(/^CMD(-SHELL)?$/);
  });

  it('has a bound of memory, above that of its own heap', () => {
    const limitMiB = memoryMiB(service.deploy?.resources?.limits?.memory ?? 'none');
    const heap = /--max-old-space-size=(\d+)/.exec(service.environment?.NODE_OPTIONS ?? '')?.[1];
    if (heap !== undefined) expect(Number(heap)).toBeLessThanOrEqual(0.7 * limitMiB);
    else expect(running.map(([each]) => each)).not.toContain(name);
  });

  it('can be reached from this machine alone', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('gets its secrets as files', () => {
    for (const [key, value] of Object.entries(service.environment ?? {})) {
      if (/PASSWORD|SECRET|TOKEN/.test(key)) expect(`${key}=${value}`).toMatch(/_FILE=\/run\/secrets\/\w+$/);
    }
  });

  it('names only what is declared', () => {
    for (const { source } of service.configs ?? []) expect(compose.configs).toHaveProperty(source);
    for (const secret of service.secrets ?? []) expect(compose.secrets).toHaveProperty(secret);
    for (const dependency of Object.keys(service.depends_on ?? {})) expect(compose.services).toHaveProperty(dependency);
    for (const volume of service.volumes ?? []) {
      const source = volume.split(':')[0] ?? '';
      if (source.startsWith('.')) expect(existsSync(join(ROOT, source)), source).toBe(true);
      else expect(compose.volumes).toHaveProperty(source);
    }
  });
});

describe('docker-compose.yml', () => {
  it('runs each service that `logweave run` knows', () => {
    const schema = readFileSync(join(ROOT, 'services/logweave/src/compose/compose.ts'), 'utf8');
    const names = /SERVICE_NAMES = \[(.*)\]/.exec(schema)?.[1]?.match(/[\w-]+/g) ?? [];
    expect(names.length).toBeGreaterThan(3);
    expect(running.map(([name]) => name).sort()).toEqual([...names].sort());
    for (const [name, { command }] of running) expect(command).toEqual(['run', name]);
  });

  it('starts them when the topics are there, and stops them later than they stop themselves', () => {
    for (const [, service] of running) {
      expect(service.depends_on).toMatchObject({ topics: { condition: 'service_completed_successfully' } });
      expect(Number.parseInt(service.stop_grace_period ?? '0', 10)).toBeGreaterThan(30);
    }
  });

  it.each([
    ['docker-compose.yml', compose],
    ['deploy/compose/tls.yml', tls],
  ])('%s names files that are there', (_, { configs = {} }) => {
    for (const { file } of Object.values(configs)) expect(existsSync(join(ROOT, file)), file).toBe(true);
  });

  it('has its metrics scraped, of each service', () => {
    const file = join(ROOT, 'deploy/compose/prometheus/prometheus.yml');
    const { scrape_configs: jobs } = parse(readFileSync(file, 'utf8')) as {
      readonly scrape_configs: readonly {
        job_name: string;
        dns_sd_configs?: readonly { names: readonly string[] }[];
      }[];
    };
    const names = jobs.find(({ job_name: name }) => name === 'logweave')?.dns_sd_configs?.[0]?.names ?? [];
    expect([...names].sort()).toEqual(running.map(([name]) => name).sort());
  });

  it.each(['logweave.yml', 'logweave-tls.yml'])('has in %s a configuration that is fine', (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'compose-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const secret of ['admin_token', 'clickhouse_password', 'kafka_password', 'ca']) {
      writeFileSync(join(folder, secret), 'a secret of some length');
    }
    const text = readFileSync(join(ROOT, 'deploy/compose', name), 'utf8').replaceAll('/run/secrets', folder);
    writeFileSync(join(folder, 'logweave.yml'), text);
    const program = [
      '--conditions=@logweave/source',
      '--no-warnings',
      join(ROOT, 'services/logweave/bin/logweave.mjs'),
    ];
    const args = [...program, 'check', join(folder, 'logweave.yml')];
    expect(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout).toMatch(/: fine\n$/);
  });
});

describe('deploy/compose/tls.yml', () => {
  it('gives each of our services the authority and the password', () => {
    for (const [name, { command }] of ours) {
      if (command?.[0] === 'generate') continue;
      expect(tls.services[name]?.secrets, name).toEqual(['ca', 'kafka_password']);
    }
  });

  it('names only secrets and configurations that it or docker-compose.yml declares', () => {
    for (const { secrets = [], configs = [] } of Object.values(tls.services)) {
      for (const secret of secrets) expect({ ...compose.secrets, ...tls.secrets }).toHaveProperty(secret);
      for (const { source } of configs) expect({ ...compose.configs, ...tls.configs }).toHaveProperty(source);
    }
  });

  it('publishes nothing that is not encrypted', () => {
    expect(tls.services.clickhouse?.ports).toEqual(['127.0.0.1:8443:8443']);
    const broker = readFileSync(join(ROOT, 'deploy/compose/kafka/server-tls.properties'), 'utf8');
    expect(broker).toMatch(/^listener\.security\.protocol\.map=BROKER:SASL_SSL,CONTROLLER:PLAINTEXT$/m);
    // The controller is the broker itself, and listens on loopback.
    expect(broker).toMatch(/^listeners=BROKER:\/\/:9093,CONTROLLER:\/\/localhost:9094$/m);
  });
});
