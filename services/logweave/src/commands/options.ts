import { Option } from 'commander';

const DEFAULT_CONFIG_FILE = 'logweave.yml';

/** `-c, --config <file>`, the same everywhere. */
export function configOption(): Option {
  return new Option('-c, --config <file>', 'the configuration').default(DEFAULT_CONFIG_FILE).env('LOGWEAVE_CONFIG');
}
