import { describe, expect, it } from 'vitest';
import { completeEntity, completeEvent } from './index.ts';

const FACTS = { logType: 'SQUID_WEBPROXY', eventTime: '2020-04-28T07:40:48Z' };

describe('the engine sets in an event', () => {
  it('its log type, and its time where the parser has set none', () => {
    expect(completeEvent({ principal: { hostname: 'h' } }, FACTS)).toEqual({
      metadata: { logType: 'SQUID_WEBPROXY', eventTimestamp: '2020-04-28T07:40:48Z' },
      principal: { hostname: 'h' },
    });
    expect(completeEvent({ metadata: { eventTimestamp: '2019-01-01T00:00:00Z', logType: 'X' } }, FACTS)).toEqual({
      metadata: { logType: 'SQUID_WEBPROXY', eventTimestamp: '2019-01-01T00:00:00Z' },
    });
  });

  it('its identity, when it was taken in, and the labels it came with behind those it has', () => {
    const event = { metadata: { ingestionLabels: [{ key: 'a', value: '1' }] } };
    const facts = {
      ...FACTS,
      id: 'AAAA',
      ingestedTime: '2020-04-28T07:41:00Z',
      ingestionLabels: [{ key: 'site', value: 'b' }],
    };
    expect(completeEvent(event, facts)).toEqual({
      metadata: {
        logType: 'SQUID_WEBPROXY',
        eventTimestamp: '2020-04-28T07:40:48Z',
        id: 'AAAA',
        ingestedTimestamp: '2020-04-28T07:41:00Z',
        ingestionLabels: [
          { key: 'a', value: '1' },
          { key: 'site', value: 'b' },
        ],
      },
    });
  });

  it('the namespace of every noun that names a machine and has none', () => {
    const event = {
      principal: { ip: ['192.0.2.1'] },
      target: { hostname: 'h', namespace: 'own' },
      src: { user: { userid: 'u' } },
      intermediary: [{ mac: ['00:00:5e:00:53:01'] }, {}],
    };
    expect(completeEvent(event, { ...FACTS, namespace: 'lab' })).toMatchObject({
      principal: { ip: ['192.0.2.1'], namespace: 'lab' },
      target: { hostname: 'h', namespace: 'own' },
      src: { user: { userid: 'u' } },
      intermediary: [{ mac: ['00:00:5e:00:53:01'], namespace: 'lab' }, {}],
    });
    expect(completeEvent(event, { ...FACTS, namespace: '' })).toMatchObject(event);
  });

  it('without touching the event it was given', () => {
    const event = { metadata: { eventType: 'GENERIC_EVENT' }, about: [{ hostname: 'h' }] };
    const before = structuredClone(event);
    completeEvent(event, { ...FACTS, namespace: 'lab', ingestionLabels: [{ key: 'a', value: 'b' }] });
    expect(event).toEqual(before);
  });
});

it('the engine sets in an entity when it was collected and the namespace', () => {
  expect(completeEntity({ entity: { ip: ['192.0.2.1'] } }, { ...FACTS, namespace: 'lab' })).toEqual({
    metadata: { collectedTimestamp: '2020-04-28T07:40:48Z' },
    entity: { ip: ['192.0.2.1'], namespace: 'lab' },
  });
});
