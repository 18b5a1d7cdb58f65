import { describe, expect, it } from 'vitest';
import { runStatements } from '../testing/run-statements.ts';
import { tokensOf } from '../testing/tokens-of.ts';

describe('loops', () => {
  const json = 'json { source => "message" array_function => "split_columns" } ';
  const collect =
    'mutate { convert => { "i" => "string" } on_error => "is_string" } mutate { replace => { "s" => "%{i}=%{x}" } } mutate { merge => { "r" => "s" } }';

  it('go over a list in order, with the index from 0', () => {
    expect(tokensOf(`${json} for i, x in a.l { ${collect} }`, '{"a":{"l":["p","q"]}}')).toMatchObject({
      r: ['0=p', '1=q'],
    });
  });

  it('go over a map by the order of its keys', () => {
    expect(tokensOf(`${json} for i, x in m map { ${collect} }`, '{"m":{"b":"2","a":"1"}}')).toMatchObject({
      r: ['a=1', 'b=2'],
    });
  });

  it('go over a list as a map with its indices as keys', () => {
    expect(tokensOf(`${json} for i, x in l map { ${collect} }`, '{"l":["p"]}')).toMatchObject({ r: ['0=p'] });
  });

  it('take no turn for what is missing, null or no list', () => {
    const statements = `${json} for x in absent.z { drop {} } for x in n { drop {} } for x in s { drop {} }`;
    expect(tokensOf(statements, '{"n":null,"s":"text"}')).toEqual({ s: 'text' });
  });

  it('nest, and reach the fields of elements', () => {
    const statements = `${json} for x in l { for y in x.k { mutate { merge => { "r" => "y" } } } }`;
    expect(tokensOf(statements, '{"l":[{"k":["1","2"]},{},{"k":["3"]}]}')).toMatchObject({ r: ['1', '2', '3'] });
  });

  it('give the maps of a list themselves', () => {
    const statements = `${json} for x in l { mutate { replace => { "x.k" => "9" } } }`;
    expect(tokensOf(statements, '{"l":[{"k":"1"}]}')).toMatchObject({ l: [{ k: '9' }] });
  });

  it('end with the log when a statement inside ends it', () => {
    const { stop } = runStatements(`${json} for x in l { drop { tag => "TAG_X" } }`, '{"l":[1,2]}');
    expect(stop).toEqual({ kind: 'dropped', tag: 'TAG_X' });
  });
});
