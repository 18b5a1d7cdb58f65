import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = 'topics.json';
const MAX_PARTITIONS = 100_000;

/** Keeps how many partitions each topic has, beside the spool, for a start at which the log does not answer. */
export async function rememberTopics(directory: string, partitions: ReadonlyMap<string, number>): Promise<void> {
  const path = join(directory, FILE);
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(Object.fromEntries(partitions))}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

/** Null when nothing is known of some of these topics. @throws Error of the system when the file cannot be read */
export async function recallTopics(
  directory: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, number> | null> {
  let text: string;
  try {
    text = await readFile(join(directory, FILE), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const known = parse(text);
  const found = names.map((name): [string, number] => [name, known.get(name) ?? 0]);
  return found.every(([, partitions]) => partitions > 0) ? new Map(found) : null;
}

/** A torn file counts as none: only a start without the log needs it. */
function parse(text: string): ReadonlyMap<string, number> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new Map();
  }
  if (typeof value !== 'object' || value === null) return new Map();
  const entries = Object.entries(value) as [string, unknown][];
  return new Map(
    entries.filter(
      (entry): entry is [string, number] =>
        Number.isSafeInteger(entry[1]) && (entry[1] as number) > 0 && (entry[1] as number) <= MAX_PARTITIONS,
    ),
  );
}
