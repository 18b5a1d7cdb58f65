import type { Random } from '@logweave/generate';
import { POISON_JSON, POISON_NUMBERS, POISON_TEXTS, POISON_TIMES } from './poison.ts';

/** Characters that most mutated logs have at most. */
const COMMON_LENGTH = 64 * 1024;
/** One log in so many becomes long, one in so many very long. */
const LONG_ONE_IN = 2_000;
const VERY_LONG_ONE_IN = 50_000;
/** The longest log that an input takes. */
const LONGEST = 4 * 1024 * 1024;

type Mutation = (text: string, random: Random, other: string) => string;

/**
 * A log made from a log by up to six mutations, most of them aware of what logs are made of. `other` is a log to splice
 * with. The same random numbers give the same log.
 */
export function mutateLog(text: string, other: string, random: Random): string {
  let mutated = text;
  for (let left = 1 + random.below(random.below(3) === 0 ? 6 : 2); left > 0; left--) {
    mutated = pick(MUTATIONS, random)(mutated, random, other);
    if (mutated.length > COMMON_LENGTH) mutated = mutated.slice(0, COMMON_LENGTH);
  }
  if (random.below(VERY_LONG_ONE_IN) === 0) return stretch(mutated, LONGEST, random);
  return random.below(LONG_ONE_IN) === 0 ? stretch(mutated, 1 << (16 + random.below(4)), random) : mutated;
}

export function pick<T>(from: readonly T[], random: Random): T {
  return from[random.below(from.length)] as T;
}

function splice(text: string, at: number, remove: number, put: string): string {
  return text.slice(0, at) + put + text.slice(at + remove);
}

/** Replaces one of the matches; nothing happens where there is none. */
export function replaceOne(text: string, pattern: RegExp, random: Random, by: (found: string) => string): string {
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return text;
  const match = pick(found, random);
  return splice(text, match.index, match[0].length, by(match[0]));
}

/** The text over and over, or with one of its fields over and over. */
function stretch(text: string, length: number, random: Random): string {
  if (text === '') return 'x'.repeat(length);
  if (random.below(2) === 0) return text.repeat(Math.ceil(length / text.length)).slice(0, length);
  return replaceOne(text, FIELD, random, (field) =>
    field.repeat(Math.ceil((length - text.length) / field.length)),
  ).slice(0, length);
}

const FIELD = /[^\s,;|=:"'{}[\]<>]+/g;
const NUMBER = /\d+/g;
const DELIMITER = /[\s,;|=:&]/g;
const BRACKET = /["'{}[\]()<>]/g;
const TIME = /\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[-+]\d\d:?\d\d)?|\b\d{9,13}(?:\.\d+)?\b|[A-Z][a-z]{2} +\d+ [\d:]+/g;
const JSON_VALUE = /(?<=[:[,] ?)(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)/g;
const JSON_KEY = /"(?:[^"\\]|\\.)*"(?=\s*:)/g;
const XML_TEXT = /(?<=>)[^<]*(?=<)/g;

const MUTATIONS: readonly Mutation[] = [
  function flipBit(text, random) {
    if (text === '') return text;
    const at = random.below(text.length);
    return splice(text, at, 1, String.fromCharCode(text.charCodeAt(at) ^ (1 << random.below(8))));
  },
  function truncate(text, random) {
    return random.below(2) === 0
      ? text.slice(0, random.below(text.length + 1))
      : text.slice(random.below(text.length + 1));
  },
  function removeRange(text, random) {
    const at = random.below(text.length + 1);
    return splice(text, at, 1 + random.below(1 << random.below(7)), '');
  },
  function duplicateRange(text, random) {
    const at = random.below(text.length + 1);
    const part = text.slice(at, at + 1 + random.below(1 << random.below(8)));
    return splice(text, at, 0, part.repeat(1 + random.below(1 << random.below(5))));
  },
  function spliceWithOther(text, random, other) {
    return text.slice(0, random.below(text.length + 1)) + other.slice(random.below(other.length + 1));
  },
  function insertOfOther(text, random, other) {
    const from = random.below(other.length + 1);
    return splice(text, random.below(text.length + 1), 0, other.slice(from, from + 1 + random.below(80)));
  },
  function changeDelimiter(text, random) {
    return replaceOne(text, DELIMITER, random, () =>
      pick([' ', '\t', ',', ';', '|', '=', ':', '&', '\n', '  ', ''], random),
    );
  },
  function changeAllDelimiters(text, random) {
    const from = pick([' ', ',', '=', '|', ':', ';', '\t', '"'], random);
    return text.replaceAll(from, pick([' ', ',', '=', '|', '\t', '', '\\', '""'], random));
  },
  function swapFields(text, random) {
    const fields = [...text.matchAll(FIELD)];
    if (fields.length < 2) return text;
    const [a, b] = [pick(fields, random), pick(fields, random)].sort((left, right) => left.index - right.index);
    if (a === undefined || b === undefined || a === b) return text;
    const between = text.slice(a.index + a[0].length, b.index);
    return splice(text, a.index, b.index + b[0].length - a.index, b[0] + between + a[0]);
  },
  function poisonField(text, random) {
    return replaceOne(text, FIELD, random, () => pick(POISON_TEXTS, random));
  },
  function growField(text, random) {
    return replaceOne(text, FIELD, random, (field) => field.repeat(1 << random.below(13)));
  },
  function poisonNumber(text, random) {
    return replaceOne(text, NUMBER, random, () => pick(POISON_NUMBERS, random));
  },
  function nearNumber(text, random) {
    return replaceOne(text, NUMBER, random, (digits) => String(Number(digits.slice(0, 15)) + random.below(200) - 100));
  },
  function poisonTime(text, random) {
    return replaceOne(text, TIME, random, () => pick(POISON_TIMES, random));
  },
  function removeBracket(text, random) {
    return replaceOne(text, BRACKET, random, () => '');
  },
  function doubleBracket(text, random) {
    return replaceOne(text, BRACKET, random, (bracket) => bracket.repeat(2 + random.below(3)));
  },
  function insertPoison(text, random) {
    return splice(text, random.below(text.length + 1), 0, pick(POISON_TEXTS, random));
  },
  function poisonJsonValue(text, random) {
    return replaceOne(text, JSON_VALUE, random, () =>
      pick(random.below(2) === 0 ? POISON_JSON : POISON_NUMBERS, random),
    );
  },
  function nestJsonValue(text, random) {
    const depth = pick([2, 63, 64, 65, 1_000], random);
    return replaceOne(text, JSON_VALUE, random, (value) =>
      random.below(2) === 0
        ? '['.repeat(depth) + value + ']'.repeat(depth)
        : '{"a":'.repeat(depth) + value + '}'.repeat(depth),
    );
  },
  function listJsonValue(text, random) {
    const items = 1 + random.below(1 << random.below(10));
    return replaceOne(text, JSON_VALUE, random, (value) => `[${Array.from({ length: items }, () => value).join(',')}]`);
  },
  function poisonJsonKey(text, random) {
    return replaceOne(text, JSON_KEY, random, () => JSON.stringify(pick(POISON_TEXTS, random)));
  },
  function moveJsonKey(text, random) {
    const keys = [...text.matchAll(JSON_KEY)].map(([key]) => key);
    return keys.length === 0 ? text : replaceOne(text, JSON_KEY, random, () => pick(keys, random));
  },
  function stringifyJson(text) {
    return JSON.stringify(text);
  },
  function poisonXmlText(text, random) {
    return replaceOne(text, XML_TEXT, random, () => pick(POISON_TEXTS, random));
  },
  function changeCase(text, random) {
    return replaceOne(text, FIELD, random, (field) =>
      random.below(2) === 0 ? field.toUpperCase() : field.toLowerCase(),
    );
  },
  function surround(text, random) {
    return (
      pick(['<13>', '"', '\uFEFF', '\n', '\0', '{"message":', '1 '], random) +
      text +
      pick(['', '"', '}', '\n', '\0'], random)
    );
  },
];
