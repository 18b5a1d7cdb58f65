import { ExactNumber, type Value, type ValueMap } from '@logweave/udm';
import type { Failure } from '../extraction.ts';
import { XmlReader } from '../xml/parse-xml.ts';
import type { XmlElement } from '../xml/xml-document.ts';
import { LimitExceeded, type ParserLimits } from './limits.ts';

/**
 * Everything that one log's run changes: the tokens, what it gave, and what it has cost so far. A run begins with a new
 * one, so nothing of a log can reach the next.
 */
export class ParserState {
  readonly tokens: ValueMap = new Map();
  /** What was merged into `@output`, in order, each a copy of its builder. */
  readonly outputs: Value[] = [];
  readonly statedumps: string[] = [];
  readonly warnings: string[] = [];
  /** Root names that a failed filter was to set: absent, and yet conditions may name them. */
  attempted: Set<string> | null = null;

  readonly #limits: ParserLimits;
  #errors = 0;
  #statements = 0;
  #loopTurns = 0;
  #characters = 0;
  #values = 0;
  #xml: XmlReader | null = null;

  constructor(limits: ParserLimits) {
    this.#limits = limits;
  }

  /** One more filter has failed. */
  countError(): void {
    this.tokens.set('@onErrorCount', ++this.#errors);
  }

  countStatement(): void {
    if (++this.#statements > this.#limits.statements) {
      throw new LimitExceeded('statements', this.#limits.statements);
    }
  }

  countLoopTurn(): void {
    if (++this.#loopTurns > this.#limits.loopTurns) throw new LimitExceeded('loopTurns', this.#limits.loopTurns);
  }

  /** Pays for reading or writing a text of this length. */
  countWork(characters: number): void {
    this.#characters += characters;
    if (this.#characters > this.#limits.workCharacters) {
      throw new LimitExceeded('workCharacters', this.#limits.workCharacters);
    }
  }

  /** Pays for a new token text and refuses one that is too long. */
  countToken(characters: number): void {
    this.checkToken(characters);
    this.countWork(characters);
  }

  /** Refuses a token text that is too long, while it is made. */
  checkToken(characters: number): void {
    if (characters > this.#limits.tokenCharacters) {
      throw new LimitExceeded('tokenCharacters', this.#limits.tokenCharacters);
    }
  }

  /** Pays for maps, lists and leaves that are made, which take memory. */
  countValues(values: number): void {
    this.#values += values;
    if (this.#values > this.#limits.values) throw new LimitExceeded('values', this.#limits.values);
  }

  /** Refuses values that nest too deep, as those do that hold themselves: merges do not copy. */
  checkDepth(depth: number): void {
    if (depth > this.#limits.depth) throw new LimitExceeded('depth', this.#limits.depth);
  }

  addOutput(value: Value): void {
    if (this.outputs.length >= this.#limits.outputs) throw new LimitExceeded('outputs', this.#limits.outputs);
    this.outputs.push(value);
  }

  /** A copy that shares nothing that can change. */
  copy(value: Value, depth = 0): Value {
    if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return value;
    this.checkDepth(depth);
    this.countValues(1 + (Array.isArray(value) ? value.length : value.size));
    if (Array.isArray(value)) return value.map((item) => this.copy(item, depth + 1));
    const map: ValueMap = new Map();
    for (const [key, item] of value) map.set(key, this.copy(item, depth + 1));
    return map;
  }

  /** The document of a text. The last one is kept, since several filters of a parser read the same text. */
  readXml(text: string): XmlElement | Failure {
    this.#xml ??= new XmlReader();
    return this.#xml.read(text);
  }

  markAttempted(root: string): void {
    this.attempted ??= new Set();
    this.attempted.add(root);
  }
}
