import type { FilterOptions } from '../compile/compile-context.ts';
import type { Operation } from '../compile/step.ts';
import { compileDate, type DateContext } from '../date/compile-date.ts';
import { Failure } from '../extraction.ts';
import { instantToken, tokenInstant } from '../runtime/instant-token.ts';
import { compilePath } from '../runtime/dynamic-path.ts';
import type { ParserState } from '../runtime/parser-state.ts';
import { compileTemplate, fillTemplate } from '../runtime/template.ts';
import { setToken } from '../runtime/token-path.ts';
import { compileSource } from './source-text.ts';

/** Where a time is stored that no target is named for; it becomes the time of the event. */
const EVENT_TIME = '@timestamp';

/** `date { match => ["token", "format", …] timezone target rebase }`: the formats are tried in order. */
export function compileDateFilter(options: FilterOptions): Operation {
  const [token, ...formats] = options.list('match').map(({ text }) => text);
  if (token === undefined || formats.length === 0) {
    const hint = 'write match => ["token", "yyyy-MM-dd HH:mm:ss"]';
    options.context.error(
      '"date" needs "match" with a token and at least one format',
      hint,
      options.statement.nameSpan,
    );
    return () => undefined;
  }
  const read = compileSource(token, 'date');
  const extract = compileDate(formats, { rebase: options.flag('rebase') });
  const target = compilePath(options.text('target') ?? EVENT_TIME);
  const zone = compileTemplate(options.text('timezone') ?? '');
  return (state) => {
    const text = read(state);
    if (text instanceof Failure) return text;
    const names = target.resolve(state);
    if (names instanceof Failure) return new Failure(`date failure: ${names.message}`);
    const timezone = fillTemplate(state, zone);
    if (timezone instanceof Failure) return new Failure(`date failure: timezone: ${timezone.message}`);
    const instant = extract(text, contextOf(state, timezone));
    if (instant instanceof Failure) return new Failure(`date failure: ${instant.message}`);
    setToken(state, names, instantToken(instant));
    return undefined;
  };
}

function contextOf(state: ParserState, timezone: string): DateContext {
  const own = state.tokens.get('@timezone');
  const zone = timezone === '' && typeof own === 'string' ? own : timezone;
  const createTime = tokenInstant(state.tokens.get('@createTimestamp')) ?? EPOCH;
  return zone === '' ? { createTime } : { createTime, timezone: zone };
}

const EPOCH = { seconds: 0, nanos: 0 };
