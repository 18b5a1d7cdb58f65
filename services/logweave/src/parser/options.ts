import { InvalidArgumentError, Option } from 'commander';

/** Options that every change has. */
export interface ChangeOptions {
  readonly config: string;
  readonly author?: string;
  readonly revision?: number;
  readonly extension?: true;
  readonly json?: true;
}

export function jsonOption(): Option {
  return new Option('--json', 'one JSON object for machines');
}

export function authorOption(): Option {
  return new Option('--author <name>', 'who makes the change, for the history; the user of this machine by default');
}

export function revisionOption(): Option {
  return new Option(
    '--revision <number>',
    'refuse when the log type was changed since this revision, which `parser list` shows',
  ).argParser(wholeNumber);
}

export function extensionOption(): Option {
  return new Option('--extension', 'of the extension and not of the parser');
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Write a whole number.');
  return Number(text);
}
