import { describe, expect, it } from 'vitest';
import { languageEngine } from './language-engine.ts';

const TEXT = `filter {
  mutate { replace => { "event.idm.read_only_udm.metadata.event_type" => "GENERIC_EVENT" } }
  mutate { replace => { "event.idm.read_only_udm.principal.hostname" => "%{message}" } }
  mutate { merge => { "@output" => "event" } }
}`;
const CONTEXT = {
  logType: 'T',
  id: Buffer.from([1, 2, 3]),
  namespace: 'plant',
  labels: new Map([['site', 'a']]),
  ingestTime: { seconds: 0, nanos: 5_000_000 },
};

describe('the engine of the parser language', () => {
  it('completes an event with its id, its labels, when it came in, and the namespace of its machines', () => {
    const { parser } = languageEngine.compile({ logType: 'T', text: TEXT, extension: null });
    const [event = {}] = parser?.parse({ text: 'host', createTime: { seconds: 7, nanos: 0 } }).events ?? [];
    expect(languageEngine.complete(event, { ...CONTEXT, kind: 'event' })).toMatchObject({
      metadata: {
        id: 'AQID',
        logType: 'T',
        eventTimestamp: '1970-01-01T00:00:07Z',
        ingestedTimestamp: '1970-01-01T00:00:00.005Z',
        ingestionLabels: [{ key: 'site', value: 'a' }],
      },
      principal: { hostname: 'host', namespace: 'plant' },
    });
  });

  it('completes an entity with its namespace', () => {
    const entity = { entity: { hostname: 'host' } };
    expect(languageEngine.complete(entity, { ...CONTEXT, kind: 'entity' })).toMatchObject({
      entity: { hostname: 'host', namespace: 'plant' },
    });
  });

  it('says where a parser or its extension is wrong', () => {
    const bad = `filter {\n  mutate {`;
    const first = (text: string, extension: string | null) =>
      languageEngine.compile({
        logType: 'T',
        text,
        extension: extension === null ? null : { text: extension, appendRepeated: false },
      }).problems[0];
    expect(first(bad, null)).toMatch(/^line 2: /);
    expect(first(TEXT, bad)).toMatch(/^extension line 2: /);
  });

  it('appends to repeated fields where an extension asks for it, and replaces them else', () => {
    const of = (address: string) => `filter {
      mutate { replace => { "ip" => "${address}" "e.idm.read_only_udm.metadata.event_type" => "GENERIC_EVENT" } }
      mutate { merge => { "e.idm.read_only_udm.observer.ip" => "ip" } }
      mutate { merge => { "@output" => "e" } }
    }`;
    const addresses = (appendRepeated: boolean) => {
      const extension = { text: of('192.0.2.2'), appendRepeated };
      const { parser } = languageEngine.compile({ logType: 'T', text: of('192.0.2.1'), extension });
      return parser?.parse({ text: '', createTime: { seconds: 7, nanos: 0 } }).events;
    };
    expect(addresses(true)).toMatchObject([{ observer: { ip: ['192.0.2.1', '192.0.2.2'] } }]);
    expect(addresses(false)).toMatchObject([{ observer: { ip: ['192.0.2.2'] } }]);
  });
});
