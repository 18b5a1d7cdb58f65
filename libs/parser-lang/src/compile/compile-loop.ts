import type { Value } from '@logweave/udm';
import { compilePath } from '../runtime/dynamic-path.ts';
import { Failure } from '../extraction.ts';
import type { ParserState } from '../runtime/parser-state.ts';
import { getToken, setToken } from '../runtime/token-path.ts';
import type { ForStatement } from '../syntax/tree.ts';
import type { Step } from './step.ts';
import { compileXmlLoop } from './compile-xml-loop.ts';

/**
 * A loop over a list, a map or XML elements. A path that leads to nothing gives no turns. The variables are ordinary
 * tokens and stay behind the loop; an element that is a map is the map itself, not a copy.
 */
export function compileLoop(statement: ForStatement, body: Step): Step {
  const { source } = statement;
  if (source.kind === 'xml') return compileXmlLoop(statement, source, body);
  const path = compilePath(source.path);
  const [first = 'value', second] = statement.names;
  const variables = { first: [first], second: second === undefined ? undefined : [second] };
  const turnsOf = source.kind === 'map' ? mapTurns : listTurns;
  return (state) => {
    state.countStatement();
    const names = path.resolve(state);
    const value = names instanceof Failure ? undefined : getToken(state, names);
    if (value === undefined) return undefined;
    // Nulls of a list give no turn, and cost one all the same.
    state.countWork(Array.isArray(value) ? value.length : value instanceof Map ? value.size : 0);
    for (const [key, item] of turnsOf(value)) {
      state.countLoopTurn();
      setVariables(state, variables, key, item);
      const stop = body(state);
      if (stop !== undefined) return stop;
    }
    return undefined;
  };
}

interface Variables {
  readonly first: readonly string[];
  readonly second: readonly string[] | undefined;
}

function setVariables(state: ParserState, { first, second }: Variables, key: Value, item: Value): void {
  if (second !== undefined) {
    setToken(state, first, key);
    setToken(state, second, item);
  } else setToken(state, first, item);
}

type Turn = readonly [key: string | number, item: Value];

/** The elements in order, with their index. The elements of a map that an array was split into count as well. */
function listTurns(value: Value): readonly Turn[] {
  if (Array.isArray(value)) return present(value);
  if (value instanceof Map) return [...value].map(([, item], at) => [at, item]);
  return [];
}

/** The pairs by the order of their keys. A list has its indices as keys. */
function mapTurns(value: Value): readonly Turn[] {
  if (Array.isArray(value)) return present(value).map(([at, item]) => [String(at), item]);
  if (!(value instanceof Map)) return [];
  return [...value].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
}

function present(list: readonly Value[]): Turn[] {
  const turns: Turn[] = [];
  list.forEach((item, at) => {
    if (item !== null) turns.push([at, item]);
  });
  return turns;
}
