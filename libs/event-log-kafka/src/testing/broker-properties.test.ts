import { describe, expect, it } from 'vitest';
import { type BrokerSettings, brokerProperties } from './broker-properties.ts';

const one: BrokerSettings = {
  nodeId: 1,
  brokers: 1,
  dataDir: '/data/1',
  client: { bind: '127.0.0.1:19092', advertised: '127.0.0.1:19092' },
  controller: { bind: '127.0.0.1:19091', advertised: '127.0.0.1:19091' },
};

function read(settings: BrokerSettings): ReadonlyMap<string, string> {
  const lines = brokerProperties(settings).trimEnd().split('\n');
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

describe('the properties of a broker', () => {
  it('make the first node broker and controller, on addresses that others do not reach', () => {
    const properties = read(one);
    expect(properties.get('process.roles')).toBe('broker,controller');
    expect(properties.get('listeners')).toBe('CLIENT://127.0.0.1:19092,CONTROLLER://127.0.0.1:19091');
    expect(properties.get('advertised.listeners')).toBe('CLIENT://127.0.0.1:19092');
    expect(properties.get('controller.quorum.voters')).toBe('1@127.0.0.1:19091');
    expect(properties.get('log.dirs')).toBe('/data/1');
  });

  it('make the others brokers that know the controller and have no listener for it', () => {
    const client = { bind: '127.0.0.1:19094', advertised: '127.0.0.1:19094' };
    const properties = read({ ...one, nodeId: 3, brokers: 3, client });
    expect(properties.get('process.roles')).toBe('broker');
    expect(properties.get('listeners')).toBe('CLIENT://127.0.0.1:19094');
    expect(properties.get('controller.quorum.voters')).toBe('1@127.0.0.1:19091');
  });

  it.each([
    [1, '1', '1'],
    [3, '3', '2'],
  ] as const)('with %i brokers keep %s copies, %s of them in step', (brokers, copies, inSync) => {
    const properties = read({ ...one, brokers });
    const topics = ['offsets.topic', 'transaction.state.log', 'share.coordinator.state.topic'];
    for (const name of [...topics, 'default']) expect(properties.get(`${name}.replication.factor`)).toBe(copies);
    for (const name of ['transaction.state.log.min.isr', 'min.insync.replicas']) {
      expect(properties.get(name)).toBe(inSync);
    }
  });

  it('let brokers in containers talk to each other by their names there', () => {
    const properties = read({
      ...one,
      client: { bind: ':9092', advertised: 'localhost:20001' },
      internal: { bind: ':9093', advertised: 'kafka-1:9093' },
    });
    expect(properties.get('listeners')).toContain('CLIENT://:9092,INTERNAL://:9093,');
    expect(properties.get('advertised.listeners')).toBe('CLIENT://localhost:20001,INTERNAL://kafka-1:9093');
    expect(properties.get('inter.broker.listener.name')).toBe('INTERNAL');
  });

  it('ask on listeners of their own who somebody is, and nobody anywhere else', () => {
    const sasl = { mechanisms: ['PLAIN'], users: { me: 'secret' }, reauthenticateMs: 2_000 } as const;
    const where = { bind: ':9095', advertised: 'localhost:20005' };
    const properties = read({ ...one, sasl: [{ name: 'NAMED', ...sasl, ...where }] });
    expect(properties.get('listeners')).toContain('CLIENT://127.0.0.1:19092,NAMED://:9095,');
    expect(properties.get('advertised.listeners')).toBe('CLIENT://127.0.0.1:19092,NAMED://localhost:20005');
    expect(properties.get('listener.security.protocol.map')).toContain('CLIENT:PLAINTEXT,');
    expect(properties.get('listener.security.protocol.map')).toContain(',NAMED:SASL_PLAINTEXT');
    expect(properties.get('listener.name.named.sasl.enabled.mechanisms')).toBe('PLAIN');
    expect(properties.get('listener.name.named.plain.sasl.jaas.config')).toContain('user_me="secret";');
    expect(properties.get('listener.name.named.plain.connections.max.reauth.ms')).toBe('2000');
  });

  it('never make a topic because somebody asks for it', () => {
    expect(read(one).get('auto.create.topics.enable')).toBe('false');
  });
});
