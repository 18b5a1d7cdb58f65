/** What a PromQL expression names: enough to hold it to the catalogue, no grammar of the language. */
export interface ExpressionNames {
  readonly metrics: readonly MetricUse[];
  /** Labels after `by`, `without`, `on`, `ignoring`, `group_left` and `group_right`. */
  readonly groupings: readonly string[];
}

export interface MetricUse {
  readonly name: string;
  /** Label matchers: name and the text compared with. */
  readonly matchers: readonly LabelMatcher[];
}

export interface LabelMatcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

const TOKEN =
  /\s+|#[^\n]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\[[^\]]*\]|\$\w+|\d[\w.]*|[A-Za-z_:][\w:]*|[=!]~|[=!<>]=|./gy;
const NAME = /^[A-Za-z_:]/;
const GROUPING = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const WORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan', 'sum', 'min', 'max', 'avg', 'count']);
const WORDS_BEFORE_GROUPING = new Set(['topk', 'bottomk', 'quantile', 'stddev', 'group']);

/** @throws Error when a list of labels does not end */
export function readExpression(expression: string): ExpressionNames {
  const tokens = (expression.match(TOKEN) ?? []).filter((token) => !/^[\s#]/.test(token));
  const metrics: MetricUse[] = [];
  const groupings: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? '';
    const next = tokens[at + 1];
    if (!NAME.test(token)) continue;
    if (GROUPING.has(token)) {
      if (next !== '(') continue;
      const end = endOf(tokens, at + 1, ')');
      groupings.push(...tokens.slice(at + 2, end).filter((name) => NAME.test(name)));
      at = end;
    } else if (next === '(' || WORDS.has(token) || WORDS_BEFORE_GROUPING.has(token)) continue;
    else if (next === '{') {
      const end = endOf(tokens, at + 1, '}');
      metrics.push({ name: token, matchers: readMatchers(tokens.slice(at + 2, end)) });
      at = end;
    } else metrics.push({ name: token, matchers: [] });
  }
  return { metrics, groupings };
}

function endOf(tokens: readonly string[], from: number, close: string): number {
  const end = tokens.indexOf(close, from);
  if (end === -1) throw new Error(`no ${close} in ${tokens.join(' ')}`);
  return end;
}

function readMatchers(tokens: readonly string[]): readonly LabelMatcher[] {
  const matchers: LabelMatcher[] = [];
  for (let at = 0; at < tokens.length; at += 4) {
    const [label = '', operator = '', text = ''] = tokens.slice(at, at + 3);
    matchers.push({ label, operator, value: text.slice(1, -1) });
  }
  return matchers;
}
