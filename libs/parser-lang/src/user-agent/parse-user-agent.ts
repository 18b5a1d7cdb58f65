import type { ValueMap } from '@logweave/udm';
import bowser from 'bowser';
import { type CommentFacts, readComment } from './comment-facts.ts';
import { type Product, splitUserAgent } from './user-agent-parts.ts';

/** The names of `UserAgentProto.Family` that are told apart here. */
type Family = 'APPLEWEBKIT' | 'GECKO' | 'MSIE' | 'OPERA' | 'KHTML' | 'OTHER' | 'USER_DEFINED';

type Facts = readonly (readonly [field: string, value: string])[];

interface ParsedUserAgent {
  readonly fields: Facts;
  readonly annotations: Facts;
}

/** No user agent of a browser is longer; the rest is not looked at. */
const MAX_LENGTH = 1024;

const ENGINES: ReadonlySet<string> = new Set(['AppleWebKit', 'Gecko', 'Trident', 'Presto', 'KHTML']);

/**
 * Makes a parser of user agents for `network.http.parsed_user_agent`, which remembers the results of the last `entries`
 * texts. `parse` gives a map of its own each time, in the vocabulary of UDM's `UserAgentProto`: `family`, `browser`,
 * `browser_version`, `browser_engine_version`, `platform`, `os`, `os_variant`, `device`, `device_version`, `locale`,
 * `security`, and `annotation` (a list of `key` and `value`: each product, `OS_NAME`, `OS_VERSION`, `misc`).
 *
 * A text that begins like no browser (`curl/8.0`) is USER_DEFINED, with its first product as the device.
 */
export function createUserAgentParser(options: { readonly entries: number }): { parse(text: string): ValueMap } {
  const known = new Map<string, ParsedUserAgent>();
  return {
    parse(text) {
      const key = text.slice(0, MAX_LENGTH);
      const parsed = known.get(key) ?? parse(key);
      // The order of a map is that of insertion: what was used last goes to the end.
      known.delete(key);
      known.set(key, parsed);
      if (known.size > options.entries) {
        for (const [oldest] of known) {
          known.delete(oldest);
          break;
        }
      }
      return mapOf(parsed);
    },
  };
}

function mapOf({ fields, annotations }: ParsedUserAgent): ValueMap {
  const map: ValueMap = new Map(fields);
  if (annotations.length > 0) {
    map.set(
      'annotation',
      annotations.map(
        ([key, value]) =>
          new Map([
            ['key', key],
            ['value', value],
          ]),
      ),
    );
  }
  return map;
}

function parse(text: string): ParsedUserAgent {
  const { products, comment } = splitUserAgent(text);
  const facts = readComment(comment);
  const family = familyOf(products, comment);
  const isBrowser = family !== 'USER_DEFINED' && family !== 'OTHER';
  const [browser = '', browserVersion = ''] = isBrowser ? browserOf(text) : [];
  const device = family === 'USER_DEFINED' ? products[0] : deviceOf(facts.rest);
  const fields: Facts = [
    ['family', family],
    ['browser', browser],
    ['browser_version', browserVersion],
    ['browser_engine_version', engineVersion(family, products, comment, facts)],
    ['platform', facts.platform ?? ''],
    ['os', facts.os ?? ''],
    ['os_variant', facts.osVariant ?? ''],
    ['device', device?.name ?? ''],
    ['device_version', device?.version ?? ''],
    ['locale', facts.locale ?? ''],
    ['security', facts.security ?? ''],
  ];
  const annotations: Facts = [
    ...productNotes(family === 'USER_DEFINED' ? products.slice(1) : products),
    ['OS_NAME', facts.osName ?? ''],
    ['OS_VERSION', facts.osVersion ?? ''],
    ...facts.rest.map((part): readonly [string, string] => ['misc', part]),
  ];
  return { fields: fields.filter(isFilled), annotations: annotations.filter(isFilled) };
}

function isFilled([, value]: readonly [string, string]): boolean {
  return value !== '';
}

function familyOf(products: readonly Product[], comment: readonly string[]): Family {
  const names = new Set(products.map(({ name }) => name));
  if (names.has('AppleWebKit')) {
    return 'APPLEWEBKIT';
  }
  if (comment.some((part) => /^(?:MSIE |Trident\/)/.test(part))) {
    return 'MSIE';
  }
  if (names.has('Opera') || names.has('Presto')) {
    return 'OPERA';
  }
  if (names.has('Gecko')) {
    return 'GECKO';
  }
  if (names.has('KHTML')) {
    return 'KHTML';
  }
  return products[0]?.name === 'Mozilla' ? 'OTHER' : 'USER_DEFINED';
}

function browserOf(text: string): readonly string[] {
  const { name = '', version = '' } = bowser.getParser(text).getBrowser();
  return [name, version];
}

function engineVersion(
  family: Family,
  products: readonly Product[],
  comment: readonly string[],
  { revision }: CommentFacts,
): string {
  const versionOf = (wanted: string): string => products.find(({ name }) => name === wanted)?.version ?? '';
  switch (family) {
    case 'APPLEWEBKIT':
      return versionOf('AppleWebKit');
    case 'GECKO':
      return revision ?? versionOf('Gecko');
    case 'MSIE':
      return comment.find((part) => part.startsWith('Trident/'))?.slice('Trident/'.length) ?? '';
    case 'OPERA':
      return versionOf('Presto') || versionOf('Opera');
    case 'KHTML':
      return versionOf('KHTML');
    default:
      return '';
  }
}

/** The first part of a comment that says nothing else, be it a model, a processor or a bot (`bingbot/2.0`). */
function deviceOf(rest: readonly string[]): Product | undefined {
  const [part] = rest.filter((part) => !/^(?:MSIE |Trident\/|\+?https?:)/.test(part));
  if (part === undefined) {
    return undefined;
  }
  const [, name = part, version = ''] = /^([^/\s]+)\/([\d.]+)$/.exec(part) ?? [];
  return { name: name.replace(/ Build\/.*$/, ''), version };
}

function productNotes(products: readonly Product[]): Facts {
  return products
    .filter(({ name, version }) => name !== 'Mozilla' && version !== '' && !ENGINES.has(name))
    .map(({ name, version }) => [name === 'Safari' ? 'SafariType' : name, `${name}/${version}`]);
}
