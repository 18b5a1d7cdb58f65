import type { Command } from 'commander';

export interface CommandEntry {
  readonly name: string;
  /** One line for `logweave --help`. */
  readonly summary: string;
  /** Loads the command with all it needs. Only what is asked for is loaded, so that `--help` answers at once. */
  readonly load: () => Promise<Command>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'up',
    summary: 'run everything in one process, with an event log and a ClickHouse engine of its own',
    load: async () => (await import('./commands/up-command.ts')).upCommand(),
  },
  {
    name: 'run',
    summary: 'run one service',
    load: async () => (await import('./commands/run-command.ts')).runCommand(),
  },
  {
    name: 'check',
    summary: 'say what is wrong with a configuration, with file, line and column',
    load: async () => (await import('./commands/check-command.ts')).checkCommand(),
  },
  {
    name: 'tap',
    summary: 'show the records of a topic as they come',
    load: async () => (await import('./commands/tap-command.ts')).tapCommand(),
  },
  {
    name: 'audit',
    summary: 'prove over the topics that every event has exactly one outcome',
    load: async () => (await import('./audit/audit-command.ts')).auditCommand(),
  },
  {
    name: 'topics',
    summary: 'check the topics of the event log, and create them on Kafka',
    load: async () => (await import('./topics/topics-command.ts')).topicsCommand(),
  },
  {
    name: 'accept-reset',
    summary: 'let correlators go on from offsets that were reset, or behind records that were removed',
    load: async () => (await import('./topics/accept-reset-command.ts')).acceptResetCommand(),
  },
  {
    name: 'explain',
    summary: 'say why the events of a connection did or did not join',
    load: async () => (await import('./explain/explain-command.ts')).explainCommand(),
  },
  {
    name: 'migrate',
    summary: 'create or update the tables in ClickHouse',
    load: async () => (await import('./commands/migrate-command.ts')).migrateCommand(),
  },
  {
    name: 'correlate',
    summary: 'join two files of events offline, with the engine of the service',
    load: async () => (await import('./correlate/index.ts')).correlateCommand(),
  },
  {
    name: 'parser',
    summary: 'test, lint, submit, activate, roll back and compare the parsers of log types',
    load: async () => (await import('./parser/parser-command.ts')).parserCommand(),
  },
  {
    name: 'parse',
    summary: 'make UDM events of raw logs with a parser, with the engine of the service',
    load: async () => (await import('./parse/parse-command.ts')).parseCommand(),
  },
  {
    name: 'generate',
    summary: 'make paired events with their truth, into files or at a pace into sockets',
    load: async () => (await import('./generate-command.ts')).generateCommand(),
  },
  {
    name: 'replay',
    summary: 'send two files of events into sockets, at the pace at which they happened',
    load: async () => (await import('./replay/replay-command.ts')).replayCommand(),
  },
  {
    name: 'version',
    summary: 'show the version',
    load: async () => (await import('./commands/version-command.ts')).versionCommand(),
  },
];
