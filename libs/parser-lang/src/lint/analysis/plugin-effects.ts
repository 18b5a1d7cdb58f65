import type { Literal, Option, PluginStatement, Span, StringLiteral } from '../../syntax/tree.ts';
import { grokPatternsOf, grokParts } from './grok-captures.ts';
import { interpolationsOf, isDynamic } from './interpolations.ts';
import { MUTATE_ORDER } from './plugin-options.ts';
import { sourceOffsets, sourceSpan } from './source-offsets.ts';
import { stringOption, stringsOf } from './statement-walk.ts';

/** What a token is known to hold. */
export type ValueKind = 'string' | 'number' | 'boolean' | 'list' | 'map';

/** What a filter does to one token. Paths are dotted. */
export type Effect =
  | { readonly action: 'read'; readonly via: string; readonly path: string; readonly span: Span }
  | {
      readonly action: 'write';
      readonly via: string;
      readonly path: string;
      readonly span: Span;
      /** null: it is not known. */
      readonly kind: ValueKind | null;
      /** Whether the token is there when the filter has run. */
      readonly certain: boolean;
      /** What is written, where the text says it. */
      readonly value: StringLiteral | null;
    }
  | { readonly action: 'convert'; readonly path: string; readonly span: Span; readonly kind: ValueKind | null }
  | { readonly action: 'append'; readonly path: string; readonly span: Span; readonly from: string }
  | { readonly action: 'move'; readonly path: string; readonly span: Span; readonly to: string; readonly toSpan: Span }
  | { readonly action: 'copy'; readonly path: string; readonly span: Span; readonly to: string; readonly toSpan: Span }
  | { readonly action: 'remove'; readonly path: string; readonly span: Span }
  /** Tokens whose names only the log knows. `columns`: only column1, column2, … */
  | { readonly action: 'open'; readonly columns: boolean };

/** Not by a spread, which puts as many arguments on the stack as there are effects. */
function append(effects: Effect[], more: readonly Effect[]): void {
  for (const effect of more) effects.push(effect);
}

/** What a filter reads and writes, in the order in which it does so. */
export function effectsOf(text: string, plugin: PluginStatement): readonly Effect[] {
  const effects: Effect[] = [];
  const flag = stringOption(plugin, 'on_error');
  const source = stringOption(plugin, 'source');
  if (source !== null) effects.push({ action: 'read', via: plugin.name, path: source.text, span: source.span });
  switch (plugin.name) {
    case 'mutate':
      for (const operation of mutateOperations(plugin)) append(effects, operationEffects(text, operation));
      break;
    case 'grok':
      append(effects, grokEffects(text, plugin, flag !== null));
      break;
    case 'json':
    case 'kv':
    case 'csv':
      append(effects, extractionEffects(plugin, flag !== null));
      break;
    case 'xml':
      append(effects, xmlEffects(plugin));
      break;
    case 'date':
      append(effects, dateEffects(plugin));
      break;
    case 'translate':
    case 'base64': {
      const target = stringOption(plugin, 'target');
      if (target !== null) effects.push(write(plugin.name, target, 'string', flag === null));
      break;
    }
  }
  if (flag !== null) effects.push(write('on_error', flag, 'boolean', true));
  return effects;
}

/** The operations of a mutate block in the order in which they run. */
export function mutateOperations(plugin: PluginStatement): readonly Option[] {
  const known = plugin.options.filter(({ name }) => MUTATE_ORDER.includes(name));
  return known.sort((a, b) => MUTATE_ORDER.indexOf(a.name) - MUTATE_ORDER.indexOf(b.name));
}

function operationEffects(text: string, operation: Option): readonly Effect[] {
  const via = operation.name;
  const { value } = operation;
  if (value.kind === 'array' && (via === 'uppercase' || via === 'lowercase')) {
    return stringsOf(value).map(({ text: path, span }) => ({ action: 'read', via, path, span }));
  }
  if (via === 'remove_field') {
    return stringsOf(value).map(({ text: path, span }) => ({ action: 'remove', path, span }));
  }
  if (via === 'gsub') {
    return stringsOf(value)
      .filter((_, at) => at % 3 === 0)
      .map(({ text: path, span }) => ({ action: 'read', via, path, span }));
  }
  if (value.kind !== 'hash') return [];
  if (via === 'split') return splitEffects(value);
  return value.pairs.flatMap((pair) => pairEffects(text, via, pair.key, pair.keySpan, pair.value));
}

function pairEffects(text: string, via: string, key: string, keySpan: Span, value: Literal): readonly Effect[] {
  const literal = value.kind === 'string' ? value : null;
  const inserted = literal === null ? [] : interpolationsOf(text, literal);
  const reads = inserted.map(({ path, span }): Effect => ({ action: 'read', via: 'interpolation', path, span }));
  switch (via) {
    case 'replace':
      return [
        ...reads,
        { action: 'write', via, path: key, span: keySpan, kind: 'string', certain: true, value: literal },
      ];
    case 'convert':
      return [
        { action: 'convert', path: key, span: keySpan, kind: literal === null ? null : kindOfType(literal.text) },
      ];
    case 'rename':
      if (literal === null) return [];
      return [...reads, { action: 'move', path: key, span: keySpan, to: literal.text, toSpan: literal.span }];
    case 'copy':
      if (literal === null) return [];
      return [{ action: 'copy', path: literal.text, span: literal.span, to: key, toSpan: keySpan }];
    case 'merge':
      if (literal === null) return [];
      if (inserted.length > 0) return [...reads, { action: 'append', path: key, span: keySpan, from: '' }];
      return [
        { action: 'read', via, path: literal.text, span: literal.span },
        { action: 'append', path: key, span: keySpan, from: literal.text },
      ];
    default:
      return [];
  }
}

function kindOfType(type: string): ValueKind | null {
  switch (type) {
    case 'string':
    case 'ipaddress':
    case 'macaddress':
    case 'hextoascii':
    case 'hextodec':
    case 'hash':
    case 'bytestohex':
    case 'bytestoip':
      return 'string';
    case 'integer':
    case 'uinteger':
    case 'float':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      return null;
  }
}

function splitEffects(value: Extract<Literal, { kind: 'hash' }>): readonly Effect[] {
  const part = (name: string): StringLiteral | null => {
    const found = value.pairs.find(({ key }) => key === name)?.value;
    return found?.kind === 'string' ? found : null;
  };
  const source = part('source');
  const target = part('target') ?? source;
  const effects: Effect[] = [];
  if (source !== null) effects.push({ action: 'read', via: 'split', path: source.text, span: source.span });
  if (target !== null) effects.push(write('split', target, 'list', true));
  return effects;
}

function grokEffects(text: string, plugin: PluginStatement, fallible: boolean): readonly Effect[] {
  const patterns = grokPatternsOf(plugin);
  const effects: Effect[] = [];
  for (const option of plugin.options) {
    if (option.name !== 'match' || option.value.kind !== 'hash') continue;
    for (const { key, keySpan } of option.value.pairs) {
      effects.push({ action: 'read', via: 'grok', path: key, span: keySpan });
    }
  }
  const inAll = new Map<string, number>();
  const parts = patterns.map(({ pattern }) => grokParts(pattern.text));
  for (const list of parts) {
    const always = new Set(
      list.filter(({ nested, token }) => !nested && token !== null).map(({ token }) => token ?? ''),
    );
    for (const token of always) inAll.set(token, (inAll.get(token) ?? 0) + 1);
  }
  const kind = plugin.options.some(({ name }) => name === 'match_all') ? 'map' : 'string';
  for (const [at, list] of parts.entries()) {
    const pattern = patterns[at]?.pattern;
    if (pattern === undefined) continue;
    const offsets = sourceOffsets(text, pattern);
    for (const { token, from, to } of list) {
      if (token === null) continue;
      const certain = !fallible && inAll.get(token) === patterns.length;
      const span = sourceSpan(offsets, from, to);
      effects.push({ action: 'write', via: 'grok', path: token, span, kind, certain, value: null });
    }
  }
  return effects;
}

function extractionEffects(plugin: PluginStatement, fallible: boolean): readonly Effect[] {
  const target = stringOption(plugin, 'target');
  if (target !== null) return [write(plugin.name, target, 'map', !fallible)];
  const columns = plugin.options.find(({ name }) => name === 'columns')?.value;
  const named = stringsOf(columns).map((column) => write(plugin.name, column, 'string', false));
  return [...named, { action: 'open', columns: plugin.name === 'csv' }];
}

function xmlEffects(plugin: PluginStatement): readonly Effect[] {
  const effects: Effect[] = [];
  for (const option of plugin.options) {
    if (option.name !== 'xpath' || option.value.kind !== 'hash') continue;
    for (const { key, keySpan, value } of option.value.pairs) {
      for (const match of key.matchAll(/%\{([^{}]+)\}/g)) {
        effects.push({ action: 'read', via: 'xpath', path: match[1] ?? '', span: keySpan });
      }
      if (value.kind === 'string') effects.push(write('xml', value, 'string', false));
    }
  }
  return effects;
}

function dateEffects(plugin: PluginStatement): readonly Effect[] {
  const token = stringsOf(plugin.options.find(({ name }) => name === 'match')?.value)[0];
  const zone = stringOption(plugin, 'timezone');
  const target = stringOption(plugin, 'target');
  const effects: Effect[] = [];
  if (token !== undefined) effects.push({ action: 'read', via: 'date', path: token.text, span: token.span });
  if (zone !== null && isDynamic(zone.text)) {
    const path = zone.text.replace(/^.*%\{([^{}]*)\}.*$/, '$1');
    effects.push({ action: 'read', via: 'date', path, span: zone.span });
  }
  if (target !== null) effects.push(write('date', target, null, false));
  return effects;
}

function write(via: string, name: StringLiteral, kind: ValueKind | null, certain: boolean): Effect {
  return { action: 'write', via, path: name.text, span: name.span, kind, certain, value: null };
}
