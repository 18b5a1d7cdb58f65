import {
  createLogger,
  createMetrics,
  formatProblem,
  processSignals,
  Redactor,
  runServices,
  systemClock,
} from '@logweave/service-kit';
import { compose, type ServiceName } from '../compose/compose.ts';
import { loadConfiguration } from '../compose/load-configuration.ts';
import { VERSION } from '../version.ts';

/**
 * Runs services until a signal or a failure, then ends the process: what still runs after an expired grace or a second
 * signal must not keep it alive.
 * @throws CommandError for a wrong configuration; nothing has started then.
 */
export async function runProcess(file: string, names?: readonly ServiceName[]): Promise<never> {
  const { config, warnings, secrets } = loadConfiguration(file);
  const redactor = new Redactor();
  redactor.add(secrets);
  const log = createLogger({ ...config.log, redactor }).child({ name: config.service.name });
  for (const warning of warnings) log.warn({ finding: formatProblem(warning) }, 'configuration warning');
  // A state that nobody thought of: say it where logs are read, with secrets hidden, and let a supervisor start anew.
  const die = (error: unknown): never => {
    log.fatal({ err: error }, 'impossible state');
    return process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  const deps = { clock: systemClock, log, redactor, metrics: createMetrics(VERSION) };
  const { group } = names === undefined ? compose(config, deps) : compose(config, deps, names);
  log.info({ version: VERSION, pid: process.pid, config: file }, 'starting');
  const code = await runServices(group, {
    clock: systemClock,
    log,
    signals: processSignals,
    graceMs: config.service.stop_grace_s * 1000,
  });
  process.exit(code);
}
