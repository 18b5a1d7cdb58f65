import { parentPort, workerData } from 'node:worker_threads';
import type { LogParser } from '@logweave/parser-lang';
import { systemClock } from '@logweave/service-kit';
import type { ParseEngine } from './parse-engine.ts';
import { type ParseResult, parseLog } from './parse-log.ts';
import {
  bytesAt,
  joinBytes,
  type ParseAnswer,
  type ParseRequest,
  type ParseWorkerData,
  type SentResult,
} from './parse-protocol.ts';

/*
 * Parses batches of logs in a thread of its own, one after the other. It keeps the parsers that it was told of and
 * nothing else: whoever kills it loses only what it was parsing.
 */

const port = parentPort;
if (port === null) throw new Error('this runs as a worker only');
const { engineModule, engineName } = workerData as ParseWorkerData;
const module = (await import(engineModule)) as Readonly<Record<string, ParseEngine | undefined>>;
const engine = module[engineName];
if (engine === undefined) throw new Error(`${engineModule} exports no ${engineName}`);
const parsers = new Map<string, LogParser>();

port.on('message', (request: ParseRequest) => {
  for (const { label, text } of request.parsers) {
    const { parser } = engine.compile(text);
    if (parser === null) throw new Error(`${text.logType} ${label} compiled before and does not now`);
    parsers.set(parserKey(text.logType, label), parser);
  }
  const answer = parseAll(request);
  port.postMessage(answer, [answer.bytes]);
});

function parseAll({ id, bytes, logs }: ParseRequest): ParseAnswer {
  const parsed = logs.map((log) => {
    const parser = parsers.get(parserKey(log.logType, log.label));
    if (parser === undefined) throw new Error(`nobody has sent ${log.logType} ${log.label}`);
    const beganMs = systemClock.monotonicMs();
    const result = parseLog(log, bytesAt(bytes, log), parser, engine as ParseEngine);
    return { result, tookMs: systemClock.monotonicMs() - beganMs };
  });
  const joined = joinBytes(parsed.flatMap(({ result }) => valuesOf(result)));
  let next = 0;
  const results = parsed.map(({ result, tookMs }): SentResult => {
    if (result.kind !== 'events') return { ...result, tookMs };
    const events = result.events.map(({ kind, filled }) => ({
      kind,
      filled,
      ...(joined.places[next++] ?? { start: 0, end: 0 }),
    }));
    return { kind: 'events', events, tookMs };
  });
  return { id, bytes: joined.bytes, results };
}

function valuesOf(result: ParseResult): readonly Uint8Array[] {
  return result.kind === 'events' ? result.events.map(({ value }) => value) : [];
}

function parserKey(logType: string, label: string): string {
  return `${logType} ${label}`;
}
