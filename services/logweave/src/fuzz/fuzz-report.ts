import type { LogFuzzReport, ParserTally } from './log-fuzz.ts';
import type { TextFuzzReport } from './text-fuzz.ts';

/** One line of figures for the logs. */
export function logFigures(report: LogFuzzReport): string {
  const { logs, tallies, slowest, slowestLong, cpuSeconds, heap, flawCount } = report;
  const failed = new Map<string, number>();
  for (const tally of tallies)
    for (const [code, count] of tally.failed) failed.set(code, (failed.get(code) ?? 0) + count);
  const sum = (of: (tally: ParserTally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0);
  return JSON.stringify({
    fuzz: 'logs',
    logs,
    parsers: tallies.length,
    flaws: flawCount,
    output: share(
      sum(({ output }) => output),
      logs,
    ),
    dropped: share(
      sum(({ dropped }) => dropped),
      logs,
    ),
    ...Object.fromEntries([...failed].toSorted(byCode).map(([code, count]) => [code, share(count, logs)])),
    statements_run: share(
      sum(({ ran }) => ran),
      sum(({ statements }) => statements),
    ),
    logs_per_cpu_s: Math.round(logs / Math.max(cpuSeconds, 1e-9)),
    slowest,
    slowest_long: slowestLong,
    heap,
  });
}

/** A line for each parser. */
export function parserLines({ tallies }: LogFuzzReport): readonly string[] {
  return tallies.map(({ logType, logs, output, dropped, failed, ran, statements }) => {
    const codes = [...failed].toSorted(byCode).map(([code, count]) => `${code} ${share(count, logs)}`);
    const parts = [`output ${share(output, logs)}`, `dropped ${share(dropped, logs)}`, ...codes];
    return `${logType}: ${logs} logs, ${parts.join(', ')}; ${ran} of ${statements} statements ran`;
  });
}

/** One line of figures for the texts. */
export function textFigures(report: TextFuzzReport): string {
  const { texts, compiled, limited, gaveRecords, diagnostics, flawCount, slowest, cpuSeconds, heap } = report;
  return JSON.stringify({
    fuzz: 'texts',
    texts,
    flaws: flawCount,
    compiled: share(compiled, texts),
    limited: share(limited, texts),
    gave_records: share(gaveRecords, texts),
    diagnostics,
    texts_per_cpu_s: Math.round(texts / Math.max(cpuSeconds, 1e-9)),
    slowest,
    heap,
  });
}

function share(part: number, whole: number): string {
  return `${((100 * part) / Math.max(whole, 1)).toFixed(2)} %`;
}

function byCode([left]: readonly [string, number], [right]: readonly [string, number]): number {
  return left < right ? -1 : 1;
}
