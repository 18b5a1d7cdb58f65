import type { Assertion, Node, Repeat } from '../syntax/node.ts';
import { hasCapture, isNullable, mayMissCapture } from './properties.ts';
import { setSource } from './set-source.ts';

/** V8's linear engine takes no expression in which counted repeats, nested ones multiplied, exceed this. */
const MAX_COPIES = 16;
/** Beyond this V8 compiles too slowly. */
const MAX_SOURCE_LENGTH = 200_000;
/** Copies side by side that may take nothing make V8 compile every combination of those that do and those that do not. */
const MAX_UNROLLED = { nullable: 3, other: 20 } as const;

export interface JsSource {
  /** For `new RegExp(source)` without flags. Groups are numbered, none is named. */
  readonly source: string;
  /** By the index of the JavaScript group, from 1: the index of the capture it belongs to. */
  readonly captureOf: readonly number[];
}

/**
 * A JavaScript expression of the same meaning, for texts that {@link textNeeds} lets pass, that V8's linear engine takes: without flags, back-references and
 * lookahead, counts of 16 at most. Null when there is none: JavaScript forgets captures with each turn of a loop, and
 * refuses a turn that takes nothing, where RE2 keeps both.
 */
export function toJs(root: Node): JsSource | null {
  const writer = new Writer();
  try {
    const source = writer.write(root).source;
    return { source, captureOf: writer.captureOf };
  } catch (error) {
    if (error === UNTRANSLATABLE) return null;
    throw error;
  }
}

const UNTRANSLATABLE = new Error('no exact translation');

interface Written {
  readonly source: string;
  /** `item`: a repeat may follow; `sequence`: needs a group for that; `choice`: needs one inside of sequences too. */
  readonly level: 'item' | 'sequence' | 'choice';
  /** The highest product of counts on a way down. */
  readonly copies: number;
}

class Writer {
  readonly captureOf: number[] = [0];

  write(node: Node): Written {
    const written = this.writeNode(node);
    if (written.source.length > MAX_SOURCE_LENGTH) throw UNTRANSLATABLE;
    return written;
  }

  private writeNode(node: Node): Written {
    switch (node.kind) {
      case 'empty':
        return { source: '', level: 'sequence', copies: 1 };
      case 'set':
        return { source: setSource(node.set), level: 'item', copies: 1 };
      case 'assert':
        return { source: assertionSource(node.assertion), level: 'sequence', copies: 1 };
      case 'not-after':
        return { source: `(?<!${setSource(node.set)})`, level: 'sequence', copies: 1 };
      case 'sequence': {
        const parts = node.items.map((item) => this.write(item));
        return { source: parts.map(inSequence).join(''), level: 'sequence', copies: copiesOf(parts) };
      }
      case 'choice': {
        const parts = node.items.map((item) => this.write(item));
        return { source: parts.map((part) => part.source).join('|'), level: 'choice', copies: copiesOf(parts) };
      }
      case 'capture': {
        this.captureOf.push(node.index);
        const item = this.write(node.item);
        return { source: `(${item.source})`, level: 'item', copies: item.copies };
      }
      case 'repeat':
        return this.repeat(node);
      default:
        return node satisfies never;
    }
  }

  private repeat(node: Repeat): Written {
    const { item, min, max, greedy } = node;
    if (max === 0) return { source: '', level: 'sequence', copies: 1 };
    const endless = max === Number.POSITIVE_INFINITY;
    if (isNullable(item) || (mayMissCapture(item) && max > 1)) {
      if (endless && (isNullable(item) || mayMissCapture(item))) throw UNTRANSLATABLE;
      return this.unrolled(node);
    }
    const inner = this.write(item);
    const lazy = greedy ? '' : '?';
    const source = inItem(inner);
    if (min === 0 && max === 1) return { source: `${source}?${lazy}`, level: 'sequence', copies: inner.copies };
    if (endless && min <= 1)
      return { source: `${source}${min === 0 ? '*' : '+'}${lazy}`, level: 'sequence', copies: inner.copies };
    const chunk = Math.max(1, Math.floor(MAX_COPIES / inner.copies));
    const counted = endless ? min : max;
    if (counted <= chunk) {
      const bounds = endless ? `${min},` : min === max ? `${min}` : `${min},${max}`;
      return { source: `${source}{${bounds}}${lazy}`, level: 'sequence', copies: inner.copies * counted };
    }
    return this.chunked(node, chunk, source, inner.copies);
  }

  /** `X{20}` as `X{16}X{4}`, `X{0,20}` as `X{0,16}X{0,4}`: each count small enough for V8's linear engine. */
  private chunked({ item, min, max, greedy }: Repeat, chunk: number, first: string, copies: number): Written {
    const lazy = greedy ? '' : '?';
    let next: string | undefined = first;
    let length = 0;
    const parts: string[] = [];
    const add = (suffix: string): void => {
      // Each copy needs groups of its own, so one that captures is written anew.
      const source = next ?? (hasCapture(item) ? inItem(this.write(item)) : first);
      next = undefined;
      length += source.length;
      if (length > MAX_SOURCE_LENGTH) throw UNTRANSLATABLE;
      parts.push(`${source}${suffix}`);
    };
    for (let left = min; left > 0; left -= chunk) add(left === 1 || chunk === 1 ? '' : `{${Math.min(left, chunk)}}`);
    if (max === Number.POSITIVE_INFINITY) add(`*${lazy}`);
    else for (let left = max - min; left > 0; left -= chunk) add(`{0,${Math.min(left, chunk)}}${lazy}`);
    return { source: parts.join(''), level: 'sequence', copies: copies * chunk };
  }

  /** `X{1,3}` as `X(?:X(?:X|)|)`: alternatives keep the captures of earlier turns and may take nothing. */
  private unrolled({ item, min, max, greedy }: Repeat): Written {
    if (max > (isNullable(item) ? MAX_UNROLLED.nullable : MAX_UNROLLED.other)) throw UNTRANSLATABLE;
    const heads: string[] = [];
    let copies = 1;
    let length = 0;
    for (let i = 0; i < max; i++) {
      const part = this.write(item);
      copies = Math.max(copies, part.copies);
      length += part.source.length;
      if (length > MAX_SOURCE_LENGTH) throw UNTRANSLATABLE;
      heads.push(inSequence(part));
    }
    let tail = '';
    for (const head of heads.slice(min).toReversed()) tail = greedy ? `(?:${head}${tail}|)` : `(?:|${head}${tail})`;
    return { source: heads.slice(0, min).join('') + tail, level: 'sequence', copies };
  }
}

function copiesOf(parts: readonly Written[]): number {
  return parts.reduce((most, part) => Math.max(most, part.copies), 1);
}

function inSequence({ source, level }: Written): string {
  return level === 'choice' ? `(?:${source})` : source;
}

function inItem({ source, level }: Written): string {
  return level === 'item' ? source : `(?:${source})`;
}

function assertionSource(assertion: Assertion): string {
  switch (assertion) {
    case 'text-start':
      return '^';
    case 'text-end':
      return '$';
    case 'line-start':
      return '(?<![^\\n])';
    case 'line-end':
      // Exact for text in which \n is the only line terminator of JavaScript.
      return '(?m:$)';
    case 'word-boundary':
      return '\\b';
    case 'no-word-boundary':
      return '\\B';
    default:
      return assertion satisfies never;
  }
}
