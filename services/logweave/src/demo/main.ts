import { processSignals, systemClock } from '@logweave/service-kit';
import { parseOptions, USAGE } from './options.ts';
import { runDemo } from './run-demo.ts';

let options: ReturnType<typeof parseOptions> | null = null;
try {
  options = parseOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
  process.exitCode = 2;
}
if (options?.help === true) {
  process.stdout.write(`${USAGE}\n`);
} else if (options !== null) {
  const deps = { clock: systemClock, signals: processSignals, out: process.stdout, err: process.stderr };
  process.exitCode = await runDemo(options, deps);
}
