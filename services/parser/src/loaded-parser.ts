import type { LogParser, ParsedLog, ParseFailure, RawLog } from '@logweave/parser-lang';
import { type ActiveParser, languageText } from '@logweave/parser-registry';
import type { UdmJson } from '@logweave/udm';
import type { ParseEngine } from './parse-engine.ts';

/** What a parser made of one log. */
export type ParseResult =
  | { readonly kind: 'events'; readonly events: readonly UdmJson[]; readonly entities: readonly UdmJson[] }
  | { readonly kind: 'dropped'; readonly tag: string }
  | { readonly kind: 'failed'; readonly code: ParseFailure['code']; readonly message: string }
  /** It threw, which no parser may. */
  | { readonly kind: 'crashed'; readonly message: string };

/** A parser of the registry with its extension, compiled. */
export interface LoadedParser {
  readonly kind: 'loaded';
  readonly label: string;
  readonly parser: LogParser;
}

/** Compiles a parser of the registry, or says what is wrong with it. */
export function loadParser(
  active: ActiveParser,
  engine: Pick<ParseEngine, 'compile'>,
): LoadedParser | { readonly kind: 'problem'; readonly problem: string } {
  const { logType, label, text, extension } = active;
  const extensionText = extension === null ? null : languageText(extension);
  if (extensionText?.kind === 'refused') return { kind: 'problem', problem: `${label}: ${extensionText.problem}` };
  const { parser, problems } = engine.compile({
    logType,
    text,
    extension:
      extension === null || extensionText === null
        ? null
        : { text: extensionText.text, appendRepeated: extension.appendRepeated },
  });
  if (parser === null) return { kind: 'problem', problem: `${label} does not compile: ${problems.join('; ')}` };
  return { kind: 'loaded', label, parser };
}

/** Never throws: a parser that does has one try at each log. */
export function parseLog({ parser }: LoadedParser, log: RawLog): ParseResult {
  let parsed: ParsedLog;
  try {
    parsed = parser.parse(log);
  } catch (error) {
    return { kind: 'crashed', message: crashMessage(error) };
  }
  const { events, entities, error, dropped } = parsed;
  if (error !== null) return { kind: 'failed', ...error };
  if (dropped !== null) return { kind: 'dropped', tag: dropped };
  if (events.length + entities.length === 0) {
    return { kind: 'failed', code: 'LOG_PARSING_NO_OUTPUT', message: 'the parser made no event' };
  }
  return { kind: 'events', events, entities };
}

/** Whether a parser could do nothing with a log. */
export function isFailure({ kind }: ParseResult): boolean {
  return kind === 'failed' || kind === 'crashed';
}

/** The class of the error and where it was thrown. Its own message may quote the log. */
function crashMessage(error: unknown): string {
  if (!(error instanceof Error)) return `the parser threw a ${typeof error}`;
  const frame = /\n\s+at (\S+)/.exec(error.stack ?? '')?.[1];
  return frame === undefined || frame.includes('/') ? error.name : `${error.name} in ${frame}`;
}
