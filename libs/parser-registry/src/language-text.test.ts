import { createLogParser } from '@logweave/parser-lang';
import { describe, expect, it } from 'vitest';
import { appendsRepeated, languageText } from './language-text.ts';

const BASE = `filter {
  mutate { replace => { "event.idm.read_only_udm.metadata.event_type" => "GENERIC_EVENT" } }
  mutate { replace => { "event.idm.read_only_udm.metadata.description" => "base" } }
  mutate { merge => { "@output" => "event" } }
}`;

/** What the event has more, or else, because of the extractors. */
function extend(extractors: object, log: string): unknown {
  const extension = languageText({ form: 'field_extractors', text: JSON.stringify(extractors) });
  if (extension.kind === 'refused') throw new Error(extension.problem);
  const { parser, extensionDiagnostics } = createLogParser({ text: BASE, logType: 'T', extension: extension.text });
  expect(extensionDiagnostics).toEqual([]);
  const { events = [], error } = parser?.parse({ text: log, createTime: { seconds: 0, nanos: 0 } }) ?? {};
  expect(error).toBeNull();
  const [{ metadata, ...rest } = {}] = events as readonly { metadata?: Record<string, unknown> }[];
  return metadata?.['description'] === 'base' ? rest : { ...rest, description: metadata?.['description'] };
}

const field = (fieldPath: string, destinationPath: string, precondition = {}) => ({
  fieldPath,
  destinationPath,
  ...precondition,
});
const when = (preconditionPath: string, preconditionOp: string, preconditionValue: string) => ({
  preconditionPath,
  preconditionOp,
  preconditionValue,
});

describe('extractors of a JSON log', () => {
  it('copy fields by their paths, lists and numbers as they are', () => {
    const extractors = {
      logFormat: 'JSON',
      extractors: [
        field('a.text', 'udm.metadata.description'),
        field('a.ports.0', 'udm.principal.port'),
        field('ips', 'udm.principal.ip'),
        field('mac', 'udm.principal.mac'),
      ],
    };
    const log = '{"a":{"text":"hello","ports":[443,80]},"ips":["192.0.2.1","192.0.2.2"]}';
    expect(extend(extractors, log)).toMatchObject({
      description: 'hello',
      principal: { port: 443, ip: ['192.0.2.1', '192.0.2.2'] },
    });
  });

  it('leave the event as it is when nothing is there, or the log is not JSON', () => {
    const extractors = { logFormat: 'JSON', extractors: [field('a.b', 'udm.metadata.description')] };
    for (const log of ['{}', '{"a":5}', '{"a":{"c":1}}', 'no json', '[]']) expect(extend(extractors, log)).toEqual({});
  });

  it('take a field only when its precondition holds; what is missing equals the empty text', () => {
    const equal = (op: string, value: string, log: string) =>
      extend({ logFormat: 'JSON', extractors: [field('x', 'udm.metadata.description', when('k.v', op, value))] }, log);
    const taken = { description: 'yes' };
    expect(equal('EQUALS', '5', '{"x":"yes","k":{"v":5}}')).toEqual(taken);
    expect(equal('EQUALS', 'a"b\\c', '{"x":"yes","k":{"v":"a\\"b\\\\c"}}')).toEqual(taken);
    expect(equal('EQUALS', '6', '{"x":"yes","k":{"v":5}}')).toEqual({});
    expect(equal('EQUALS', '', '{"x":"yes"}')).toEqual(taken);
    expect(equal('NOT_EQUALS', 'true', '{"x":"yes","k":{"v":true}}')).toEqual({});
    expect(equal('NOT_EQUALS', 'true', '{"x":"yes","k":{"v":{}}}')).toEqual(taken);
  });

  it('read what a grok pattern has cut out of a syslog line', () => {
    const extractors = {
      logFormat: 'JSON',
      syslog: { grok: '^<\\d+>\\S+ "%{DATA}" %{GREEDYDATA:payload}$', target: 'payload' },
      extractors: [field('a', 'udm.metadata.description')],
    };
    expect(extend(extractors, '<13>host "app" {"a":"cut out"}')).toEqual({ description: 'cut out' });
    expect(extend(extractors, '{"a":"cut out"}')).toEqual({});
  });
});

it('extractors of a CSV log copy columns, which become what the field is', () => {
  const extractors = {
    logFormat: 'CSV',
    extractors: [
      field('2', 'udm.principal.port', when('1', 'EQUALS', 'login')),
      field('3', 'udm.principal.ip'),
      field('9', 'udm.metadata.description'),
    ],
  };
  expect(extend(extractors, 'login,8080,192.0.2.1')).toMatchObject({ principal: { port: 8080, ip: ['192.0.2.1'] } });
  expect(extend(extractors, 'logout,8080,192.0.2.1')).not.toHaveProperty('principal.port');
});

it('extractors of an XML log copy the text of elements', () => {
  const extractors = {
    logFormat: 'XML',
    extractors: [
      field('/Event/Data[@Name="host"]', 'udm.principal.hostname'),
      field('/Event/Port', 'udm.principal.port', when('/Event/Kind', 'EQUALS', 'tcp')),
      field('/Event/None', 'udm.metadata.description'),
    ],
  };
  const log = '<Event><Kind>tcp</Kind><Port>53</Port><Data Name="host">srv1</Data></Event>';
  expect(extend(extractors, log)).toMatchObject({ principal: { hostname: 'srv1', port: 53 } });
});

describe('extractors are refused', () => {
  const refused = (extractors: unknown): string => {
    const read = languageText({ form: 'field_extractors', text: JSON.stringify(extractors) });
    return read.kind === 'refused' ? read.problem : '';
  };
  const one = (extractor: object) => ({ logFormat: 'JSON', extractors: [extractor] });

  it.each([
    [{ logFormat: 'YAML', extractors: [] }, 'logFormat must be one of JSON, CSV, XML'],
    [{ logFormat: 'JSON', extractors: [] }, 'extractors must be a list of some'],
    [one(field('a', 'udm.metadata.descriptoin')), 'there is no field udm.metadata.descriptoin'],
    [one(field('a', 'udm.principal')), 'udm.principal is not a single field'],
    [one(field('a', 'udm.security_result.summary')), 'udm.security_result has several elements'],
    [one(field('a', 'metadata.description')), 'must begin with udm.'],
    [one(field('a" => "b', 'udm.metadata.description')), 'no path may have'],
    [one({ ...field('a', 'udm.metadata.description'), fieldpath: 'b' }), '"fieldpath" is not known'],
    [one(field('a', 'udm.metadata.description', when('b', 'LIKE', 'c'))), 'must be EQUALS or NOT_EQUALS'],
    [
      { ...one(field('a', 'udm.metadata.description')), syslog: { grok: '%{DATA:message}', target: 'message' } },
      'message already exists in state and is not overwritable',
    ],
    [{ logFormat: 'CSV', extractors: [field('0', 'udm.metadata.description')] }, 'number of a column, from 1'],
    [{ logFormat: 'XML', extractors: [field('Event', 'udm.metadata.description')] }, 'must be an absolute path'],
  ])('%j', (extractors, problem) => {
    expect(refused(extractors)).toContain(problem);
  });

  it('when they are no JSON', () => {
    expect(languageText({ form: 'field_extractors', text: '{' })).toEqual({
      kind: 'refused',
      problem: 'the extractors are not JSON',
    });
  });
});

it('a list of fields appends to repeated fields when it says so', () => {
  const appends = (form: 'cbn' | 'field_extractors', extractors: object) =>
    appendsRepeated({ form, text: JSON.stringify(extractors) });
  const extractors = { logFormat: 'JSON', extractors: [{ fieldPath: 'a', destinationPath: 'udm.observer.ip' }] };
  expect(appends('field_extractors', { ...extractors, appendRepeatedFields: true })).toBe(true);
  expect(appends('field_extractors', extractors)).toBe(false);
  expect(appends('cbn', { ...extractors, appendRepeatedFields: true })).toBe(false);
});
