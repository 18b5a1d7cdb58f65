import { readFileSync } from 'node:fs';
import { checkCorrelation } from '@logweave/correlator';
import { chooseWarehouse } from '@logweave/clickhouse-writer';
import { resolveFileWriterConfig } from '@logweave/file-writer';
import {
  adminProblem,
  type ConfigPath,
  type ConfigProblem,
  formatPath,
  formatProblem,
  type Location,
  loadConfig,
  sortProblems,
} from '@logweave/service-kit';
import { checkInputs } from '@logweave/socket-ingestor';
import { CommandError } from '../command-error.ts';
import { type Config, configSchema } from './config-schema.ts';
import { kafkaProblems } from './kafka-section.ts';

export interface Configuration {
  readonly config: Config;
  readonly warnings: readonly ConfigProblem[];
  /** Texts that must never be shown. */
  readonly secrets: readonly string[];
}

export type Checked =
  | ({ readonly kind: 'fine' } & Configuration)
  | { readonly kind: 'refused'; readonly problems: readonly ConfigProblem[] };

/** What a configuration is read from; the process's own by default. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => string;
}

const ofThisProcess: Surroundings = { env: process.env, readFile: (path) => readFileSync(path, 'utf8') };

const WHEN_EMPTY = `Write at least where logs come in and where records go:

  inputs:
    unix_sockets:
      - { name: http_source, path: ./http.socket }
      - { name: network_source, path: ./network.socket }
  correlation:
    matching: { mode: one_to_many }
  outputs:
    file: { path: ./correlated.log }
`;

/** Reads a configuration and checks all that can be checked without starting anything. */
export function checkConfiguration(file: string, surroundings: Surroundings = ofThisProcess): Checked {
  let text: string;
  try {
    text = surroundings.readFile(file);
  } catch (error) {
    const location: Location = { kind: 'file', file, line: 1, column: 1 };
    return { kind: 'refused', problems: [{ severity: 'error', location, path: '', message: unreadable(error) }] };
  }
  const loaded = loadConfig(configSchema, { text, file, whenEmpty: WHEN_EMPTY, ...surroundings });
  if (loaded.kind === 'refused') return loaded;
  const { value: config, secrets, locate } = loaded;
  const found = [...loaded.warnings];
  for (const { severity, path, message } of findings(config)) {
    found.push({ severity, location: locate(path), path: formatPath(path), message });
  }
  const problems = sortProblems(found);
  if (problems.some(({ severity }) => severity === 'error')) return { kind: 'refused', problems };
  return { kind: 'fine', config, warnings: problems, secrets };
}

/** @throws CommandError with every problem, one a line, and exit code 2. */
export function loadConfiguration(file: string, surroundings: Surroundings = ofThisProcess): Configuration {
  const checked = checkConfiguration(file, surroundings);
  if (checked.kind === 'fine') return checked;
  const count = checked.problems.filter(({ severity }) => severity === 'error').length;
  const lines = checked.problems.map((problem) => `  ${formatProblem(problem)}`);
  throw new CommandError(`${count} ${count === 1 ? 'error' : 'errors'} in the configuration\n${lines.join('\n')}`, 2);
}

interface Finding {
  readonly severity: ConfigProblem['severity'];
  readonly path: ConfigPath;
  readonly message: string;
}

/** What no schema can say. */
function* findings(config: Config): Generator<Finding> {
  const { inputs, correlation, outputs, admin, event_log: eventLog } = config;
  for (const { path, message } of checkInputs(inputs, config.topics.raw_log_bytes)) {
    yield { severity: 'error', path: ['inputs', ...path], message };
  }
  for (const { path, message } of checkCorrelation(correlation)) {
    yield { severity: 'error', path: ['correlation', ...path], message };
  }
  if (eventLog.kind === 'kafka' && eventLog.kafka.brokers.length === 0) {
    const message = 'kind: kafka needs the address of at least one broker: [kafka-1:9092]';
    yield { severity: 'error', path: ['event_log', 'kafka', 'brokers'], message };
  }
  for (const { path, message } of kafkaProblems(eventLog.kafka)) {
    yield { severity: 'error', path: ['event_log', 'kafka', ...path], message };
  }
  const { file, clickhouse } = outputs;
  if (file?.enabled) {
    const message = problemOf(() => resolveFileWriterConfig(file));
    if (message !== null) yield { severity: 'error', path: ['outputs', 'file', 'path'], message };
  }
  if (clickhouse?.enabled) {
    const message = problemOf(() => chooseWarehouse(clickhouse));
    if (message !== null) yield { severity: 'error', path: ['outputs', 'clickhouse', 'dsn'], message };
  }
  const message = adminProblem(admin);
  if (message !== null) yield { severity: 'error', path: ['admin', 'host'], message };
  if (file?.enabled !== true && clickhouse?.enabled !== true) {
    const days = config.topics.retention_hours.correlated;
    const until = days === null ? '' : ` for ${days} hours`;
    yield {
      severity: 'warning',
      path: ['outputs'],
      message: `no output is on: result records stay in topic ${config.topics.prefix}.correlated${until} and go nowhere`,
    };
  }
}

function problemOf(check: () => unknown): string | null {
  try {
    check();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file; examples/minimal.yml is a beginning, config.example.yml explains every key';
    case 'EACCES':
      return 'permission denied';
    case 'EISDIR':
      return 'this is a directory';
    default:
      return `cannot be read (${String(code ?? error)})`;
  }
}
