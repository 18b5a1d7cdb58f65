import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** End after the summary instead of waiting for one's own events. */
  readonly once: boolean;
  /** One JSON object instead of text for people. */
  readonly json: boolean;
  readonly help: boolean;
}

export const USAGE = `usage: make demo [ARGS="--once --json"]

Sends a minute of real web traffic (examples/web-minute) through unix sockets, joined in about 15 seconds, into a file
and ClickHouse, compares the result with the truth and says what was seen. Then it stays up for your own events.

  --once   end after the summary: with 0, or with 1 when the result was not the truth
  --json   the summary as one JSON object on standard output, and nothing else there`;

/** Reads the arguments. @throws TypeError naming an option that does not exist. */
export function parseOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { once: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  return { once: values.once === true, json: values.json === true, help: values.help === true };
}
