import { createLogParser, type Diagnostic, type Instant, LineIndex } from '@logweave/parser-lang';
import { completeEntity, completeEvent, formatTimestamp } from '@logweave/udm';
import type { ParseEngine } from './parse-engine.ts';

/** The engine that runs: the parser language and the Unified Data Model. */
export const languageEngine: ParseEngine = {
  compile: ({ logType, text, extension }) => {
    const created = createLogParser({
      logType,
      text,
      ...(extension === null
        ? {}
        : { extension: extension.text, extensionRepeated: extension.appendRepeated ? 'append' : 'replace' }),
    });
    const problems = problemsOf(created.diagnostics, text, 'line');
    const extensionProblems = problemsOf(created.extensionDiagnostics, extension?.text ?? '', 'extension line');
    return { parser: created.parser, problems: [...problems, ...extensionProblems] };
  },
  complete: (record, { kind, logType, id, namespace, labels, ingestTime }) => {
    const time = rfc3339(ingestTime);
    const facts = { logType, eventTime: time, ...(namespace === null ? {} : { namespace }) };
    if (kind === 'entity') return completeEntity(record, facts);
    return completeEvent(record, {
      ...facts,
      id: Buffer.from(id).toString('base64'),
      ingestedTime: time,
      ingestionLabels: Array.from(labels, ([key, value]) => ({ key, value })),
    });
  },
};

function problemsOf(diagnostics: readonly Diagnostic[], text: string, where: string): string[] {
  const lines = new LineIndex(text);
  return diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ message, span }) => `${where} ${lines.positionOf(span.start).line}: ${message}`);
}

/** Logs come in many to a millisecond. */
let last = { seconds: 0, nanos: 0, text: '1970-01-01T00:00:00Z' };

function rfc3339({ seconds, nanos }: Instant): string {
  if (seconds === last.seconds && nanos === last.nanos) return last.text;
  const formatted = formatTimestamp(seconds, nanos);
  // Times of arrival come from clocks of our own; only a record that somebody forged is outside of what can be written.
  const text = typeof formatted === 'string' ? formatted : '1970-01-01T00:00:00Z';
  last = { seconds, nanos, text };
  return text;
}
