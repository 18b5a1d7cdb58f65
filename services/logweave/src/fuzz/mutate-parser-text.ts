import type { Random } from '@logweave/generate';
import { pick, replaceOne } from './mutate-log.ts';
import { POISON_NUMBERS, POISON_TEXTS } from './poison.ts';

/** Characters that most mutated parsers have at most. */
const COMMON_LENGTH = 192 * 1024;

/** Expressions that take exponential or cubic time with backtracking, are large when written out, or are no RE2. */
const EVIL_EXPRESSIONS: readonly string[] = [
  '(a+)+$',
  '(a|a)*b',
  '(a|aa)+$',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(.*)*x',
  '(.*a){20}',
  '(x+x+)+y',
  '((a{0,100}){0,100}){0,10}',
  '(?:a?){200}a{200}',
  '[\\\\w.-]+@[\\\\w.-]+\\\\.[a-z]+',
  '(?:[^,]*,){50}x',
  '.{1,1000}.{1,1000}$',
  '\\\\b\\\\w+\\\\b.*\\\\b\\\\w+\\\\b',
  '(?i)(straße|ﬃ|K)+',
  '\\\\p{L}+\\\\P{Greek}*',
  '(?=a)b',
  '(a)\\\\1',
  '(?<!x)y',
  '(((((((((((a)))))))))))',
  '[[:alpha:]&&[^a]]',
  'a{1001}',
  '(?P<x>a)(?P<x>b)',
  '%{GREEDYDATA:a}%{GREEDYDATA:b}%{GREEDYDATA:c}%{GREEDYDATA:d}',
  '%{NOSUCH:x}',
  '%{IP:%{x}}',
  '%{SYSLOGLINE}%{SYSLOGLINE}',
  '(',
  '[',
  '*',
  '(?',
  '\\\\',
  '(?P<',
];

const PATHS: readonly string[] = [
  'a',
  'a.b.c.d',
  'a..b',
  '.',
  'a.0.1',
  '0',
  '[a][b]',
  '[a',
  'a]',
  '%{message}',
  '%{a}.%{b}',
  '%{[a][b]}',
  '%{',
  '@output',
  '@timestamp',
  '__proto__',
  'constructor.prototype',
  'event',
  'event.idm.read_only_udm',
  'event.idm.read_only_udm.security_result',
  `a${'.a'.repeat(200)}`,
  `a${'.999999999'.repeat(3)}`,
];

const OPTIONS: readonly string[] = [
  'match',
  'overwrite',
  'match_all',
  'source',
  'target',
  'separator',
  'field_split',
  'value_split',
  'columns',
  'xpath',
  'replace',
  'merge',
  'rename',
  'convert',
  'gsub',
  'split',
  'copy',
  'on_error',
  'timezone',
  'rebase',
  'dictionary',
  'tag',
  'nosuch',
];

const STRING = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/g;
const WORD = /[A-Za-z_]\w*/g;
const PUNCTUATION = /=>|[{}[\](),:"'`/#%\\]/g;
const OPERATOR = /==|!=|=~|!~|<=|>=|<|>|\band\b|\bor\b|\bnot\b|\bin\b|\bnand\b|\bxor\b/g;
const OPTION = /\b[a-z_]+(?=\s*=>)/g;
const TOKEN = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|[A-Za-z_][\w.@-]*|=>|\s+|[^]/g;

type Mutation = (text: string, random: Random, other: string) => string;

/** A parser's text made from another by up to eight mutations. The same random numbers give the same text. */
export function mutateParserText(text: string, other: string, random: Random): string {
  let mutated = text;
  const mutations = random.below(3) === 0 ? [...MILD, ...HARSH] : MILD;
  for (let left = 1 + random.below(random.below(3) === 0 ? 8 : 3); left > 0; left--) {
    mutated = pick(mutations, random)(mutated, random, other);
    if (mutated.length > COMMON_LENGTH) mutated = mutated.slice(0, COMMON_LENGTH);
  }
  return mutated;
}

function at(text: string, random: Random): number {
  return random.below(text.length + 1);
}

/** A block in braces with what stands before it on its line. */
function blockOf(text: string, random: Random): { readonly start: number; readonly end: number } {
  const opening = text.indexOf('{', at(text, random));
  if (opening === -1) return { start: text.length, end: text.length };
  let depth = 0;
  for (let end = opening; end < text.length; end++) {
    if (text[end] === '{') depth++;
    else if (text[end] === '}' && --depth === 0) {
      return { start: text.lastIndexOf('\n', opening) + 1, end: end + 1 };
    }
  }
  return { start: opening, end: text.length };
}

const quote = (text: string): string => `"${text}"`;

/** Those that leave a text readable as a rule. */
const MILD: readonly Mutation[] = [
  function removeBlock(text, random) {
    const { start, end } = blockOf(text, random);
    return text.slice(0, start) + text.slice(end);
  },
  function duplicateBlock(text, random) {
    const { start, end } = blockOf(text, random);
    return text.slice(0, end) + text.slice(start, end).repeat(1 + random.below(1 << random.below(7))) + text.slice(end);
  },
  function blockOfOther(text, random, other) {
    const { start, end } = blockOf(other, random);
    const where = random.below(2) === 0 ? at(text, random) : blockOf(text, random).start;
    return text.slice(0, where) + other.slice(start, end) + text.slice(where);
  },
  function wrapBlock(text, random) {
    const { start, end } = blockOf(text, random);
    const head = pick(
      [
        'if [message] != "" {',
        'for x in list {',
        'if ![e1] {',
        'for k, v in j map {',
        'if [a] =~ "x" or ![b] {',
        'for x in list {',
        'mutate {',
        '(',
      ],
      random,
    );
    const depth = pick([1, 2, 20, 63, 64, 65, 200, 3_000], random);
    return text.slice(0, start) + head.repeat(depth) + text.slice(start, end) + '}'.repeat(depth) + text.slice(end);
  },
  function changeOption(text, random) {
    return replaceOne(text, OPTION, random, () => pick(OPTIONS, random));
  },
  function changeOperator(text, random) {
    return replaceOne(text, OPERATOR, random, () =>
      pick(['==', '!=', '=~', '<', '>=', 'in', 'not in', 'and', 'xor', 'nand', '='], random),
    );
  },
  function evilExpression(text, random) {
    return replaceOne(text, STRING, random, () => quote(pick(EVIL_EXPRESSIONS, random)));
  },
  function expressionInString(text, random) {
    return replaceOne(
      text,
      STRING,
      random,
      (found) => found.slice(0, -1) + pick(EVIL_EXPRESSIONS, random) + found.slice(-1),
    );
  },
  function path(text, random) {
    return replaceOne(text, STRING, random, () => quote(pick(PATHS, random)));
  },
  function poisonString(text, random) {
    return replaceOne(text, STRING, random, () =>
      quote(pick(random.below(2) === 0 ? POISON_TEXTS : POISON_NUMBERS, random)),
    );
  },
  function growString(text, random) {
    return replaceOne(text, STRING, random, (found) => quote(found.slice(1, -1).repeat(1 << random.below(12))));
  },
  function stringOfText(text, random) {
    const strings = text.match(STRING) ?? ['""'];
    return replaceOne(text, STRING, random, () => pick(strings, random));
  },
  function valueToList(text, random) {
    return replaceOne(
      text,
      STRING,
      random,
      (found) => `[${Array.from({ length: random.below(1 << random.below(10)) }, () => found).join(', ')}]`,
    );
  },
  function valueToHash(text, random) {
    return replaceOne(text, STRING, random, (found) => `{ ${found} => ${found} }`);
  },
];

/** Those that break it as a rule. */
const HARSH: readonly Mutation[] = [
  function flipBit(text, random) {
    const where = at(text, random);
    return (
      text.slice(0, where) +
      String.fromCharCode((text.charCodeAt(where) || 32) ^ (1 << random.below(8))) +
      text.slice(where + 1)
    );
  },
  function removeRange(text, random) {
    const where = at(text, random);
    return text.slice(0, where) + text.slice(where + 1 + random.below(1 << random.below(8)));
  },
  function truncate(text, random) {
    return text.slice(0, at(text, random));
  },
  function moveBlock(text, random) {
    const { start, end } = blockOf(text, random);
    const rest = text.slice(0, start) + text.slice(end);
    const where = at(rest, random);
    return rest.slice(0, where) + text.slice(start, end) + rest.slice(where);
  },
  function removePunctuation(text, random) {
    return replaceOne(text, PUNCTUATION, random, () => '');
  },
  function changePunctuation(text, random) {
    return replaceOne(text, PUNCTUATION, random, () =>
      pick(['{', '}', '[', ']', '"', "'", '=>', ',', '(', ')', '#', '`', '/', ''], random),
    );
  },
  function repeatPunctuation(text, random) {
    return replaceOne(text, PUNCTUATION, random, (found) => found.repeat(1 << random.below(13)));
  },
  function swapTokens(text, random) {
    const tokens = text.match(TOKEN) ?? [];
    const [a, b] = [random.below(tokens.length + 1), random.below(tokens.length + 1)];
    const kept = tokens[a];
    tokens[a] = tokens[b] ?? '';
    tokens[b] = kept ?? '';
    return tokens.join('');
  },
  function tokenOfText(text, random) {
    const tokens = text.match(TOKEN) ?? [''];
    tokens[random.below(tokens.length)] = pick(tokens, random);
    return tokens.join('');
  },
  function changeWord(text, random) {
    return replaceOne(text, WORD, random, () =>
      pick(['mutate', 'grok', 'json', 'if', 'for', 'else', 'in', 'map', 'xml', 'code', 'true', 'x'], random),
    );
  },
  function insertPoison(text, random) {
    const where = at(text, random);
    return text.slice(0, where) + pick(POISON_TEXTS, random) + text.slice(where);
  },
  function repeatAll(text, random) {
    return text.repeat(1 + random.below(1 << random.below(5)));
  },
];
