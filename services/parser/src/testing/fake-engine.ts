import type { LogParser, ParsedLog } from '@logweave/parser-lang';
import type { CompiledParser, EventContext, ParseEngine, ParserText } from '../parse-engine.ts';

/** What a parser of tests does, by words of the log. Its text is this as JSON; any other text does not compile. */
export interface FakeParser {
  readonly name: string;
  /** A log with this word fails; `*`: every log does. */
  readonly failsOn?: string;
  /** A log with this word makes the parser throw. */
  readonly crashesOn?: string;
  /** A log with this word ends the process or thread that parses it. */
  readonly endsOn?: string;
}

export function fakeParserText(parser: FakeParser): string {
  return JSON.stringify(parser);
}

/**
 * Understands `fakeParserText`. Words of a log: `drop:TAG` drops it, `events:3` makes three events, `entity` an entity as
 * well, `nothing` no event at all; otherwise one event with the log as its description and the parser as its product.
 */
export const fakeEngine: ParseEngine = {
  compile: ({ logType, text, extension }: ParserText): CompiledParser => {
    try {
      const parser = JSON.parse(text) as FakeParser;
      const over = extension === null ? {} : (JSON.parse(extension.text) as FakeParser);
      return { parser: fakeParser(logType, { ...parser, ...over }), problems: [] };
    } catch {
      return { parser: null, problems: ['line 1: this is no parser'] };
    }
  },
  complete: (event, { id, logType, namespace, labels }: EventContext) => ({
    ...event,
    id: Buffer.from(id).toString('hex'),
    logType,
    ...(namespace === null ? {} : { namespace }),
    ...(labels.size === 0 ? {} : { labels: Object.fromEntries(labels) }),
  }),
};

function fakeParser(logType: string, { name, failsOn, crashesOn, endsOn }: FakeParser): LogParser {
  const nothing: ParsedLog = { events: [], entities: [], error: null, dropped: null, warnings: [], statedumps: [] };
  const has = (text: string, word: string | undefined): boolean =>
    word !== undefined && (word === '*' || text.split(' ').includes(word));
  return {
    logType,
    parse: ({ text }) => {
      if (has(text, crashesOn)) throw new RangeError(`this quotes the log: ${text}`);
      if (has(text, endsOn)) process.exit(7);
      if (has(text, failsOn)) {
        return { ...nothing, error: { code: 'LOG_PARSING_CBN_ERROR', message: `${name} cannot read it` } };
      }
      const tag = / ?drop:(\S*)/.exec(text)?.[1];
      if (tag !== undefined) return { ...nothing, dropped: tag };
      if (has(text, 'nothing')) return nothing;
      const count = Number(/events:(\d+)/.exec(text)?.[1] ?? 1);
      const events = Array.from({ length: count }, () => ({ metadata: { description: text, productName: name } }));
      return { ...nothing, events, entities: has(text, 'entity') ? [{ entity: { hostname: text } }] : [] };
    },
  };
}
