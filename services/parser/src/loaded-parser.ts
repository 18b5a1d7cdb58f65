import type { LogParser, ParsedLog, ParseFailure, RawLog } from '@logweave/parser-lang';
import { type ActiveParser, languageText } from '@logweave/parser-registry';
import type { UdmJson } from '@logweave/udm';
import type { ParseEngine } from './parse-engine.ts';

/** What a parser, extension included, made of one log. */
export type ParseResult =
  | { readonly kind: 'events'; readonly events: readonly UdmJson[]; readonly entities: readonly UdmJson[] }
  | { readonly kind: 'dropped'; readonly tag: string }
  | { readonly kind: 'failed'; readonly code: ParseFailure['code']; readonly message: string }
  /** It threw, which no parser may. */
  | { readonly kind: 'crashed'; readonly message: string };

/** A parser of the registry, compiled. */
export class LoadedParser {
  readonly label: string;
  /** What an extension could not do, since the parser was loaded: base events leave without it. */
  extensionFailures = 0;
  readonly #base: LogParser;
  readonly #extension: { readonly parser: LogParser; readonly appendRepeated: boolean } | null;
  readonly #engine: Pick<ParseEngine, 'mergeExtension'>;

  constructor(
    label: string,
    base: LogParser,
    extension: { readonly parser: LogParser; readonly appendRepeated: boolean } | null,
    engine: Pick<ParseEngine, 'mergeExtension'>,
  ) {
    this.label = label;
    this.#base = base;
    this.#extension = extension;
    this.#engine = engine;
  }

  /** Never throws: a parser that does has one try at each log. */
  parse(log: RawLog): ParseResult {
    try {
      return this.#result(this.#base.parse(log), log);
    } catch (error) {
      return { kind: 'crashed', message: crashMessage(error) };
    }
  }

  #result({ events, entities, error, dropped }: ParsedLog, log: RawLog): ParseResult {
    if (error !== null) return { kind: 'failed', ...error };
    if (dropped !== null) return { kind: 'dropped', tag: dropped };
    if (events.length + entities.length === 0) {
      return { kind: 'failed', code: 'LOG_PARSING_NO_OUTPUT', message: 'the parser made no event' };
    }
    return { kind: 'events', events: this.#extended(events, log), entities };
  }

  #extended(events: readonly UdmJson[], log: RawLog): readonly UdmJson[] {
    const extension = this.#extension;
    if (extension === null || events.length === 0) return events;
    let parts: readonly UdmJson[];
    try {
      const parsed = extension.parser.parse(log);
      const failed = parsed.error !== null && parsed.error.code !== 'LOG_PARSING_NO_OUTPUT';
      if (failed) this.extensionFailures++;
      if (failed || parsed.dropped !== null) return events;
      parts = parsed.events;
    } catch {
      // As any other failure of an extension: it takes nothing away from what the base parser made.
      this.extensionFailures++;
      return events;
    }
    return events.map((event) =>
      parts.reduce((merged, part) => this.#engine.mergeExtension(merged, part, extension), event),
    );
  }
}

/** Compiles a parser with its extension. */
export function loadParser(active: ActiveParser, engine: ParseEngine): LoadedParser | { readonly problem: string } {
  const { logType, label, text, extension } = active;
  const base = engine.compile({ logType, text, isExtension: false });
  if (base.parser === null) return { problem: `${label} does not compile: ${base.problems.join('; ')}` };
  if (extension === null) return new LoadedParser(label, base.parser, null, engine);
  const extensionText = languageText(extension);
  if (extensionText.kind === 'refused') return { problem: `${label}: ${extensionText.problem}` };
  const part = engine.compile({ logType, text: extensionText.text, isExtension: true });
  if (part.parser === null)
    return { problem: `the extension of ${label} does not compile: ${part.problems.join('; ')}` };
  return new LoadedParser(
    label,
    base.parser,
    { parser: part.parser, appendRepeated: extension.appendRepeated },
    engine,
  );
}

/** The class of the error and where it was thrown. Its own message may quote the log. */
function crashMessage(error: unknown): string {
  if (!(error instanceof Error)) return `the parser threw a ${typeof error}`;
  const frame = /\n\s+at (\S+)/.exec(error.stack ?? '')?.[1];
  return frame === undefined || frame.includes('/') ? error.name : `${error.name} in ${frame}`;
}
