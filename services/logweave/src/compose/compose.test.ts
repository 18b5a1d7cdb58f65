import { VirtualClock } from '@logweave/model';
import { createLogger, createMetrics, Redactor } from '@logweave/service-kit';
import { describe, expect, it } from 'vitest';
import { compose, type ServiceName } from './compose.ts';
import { loadConfiguration } from './load-configuration.ts';

function configOf(outputs: string) {
  const text = `inputs: { unix_sockets: [{ name: http_source, path: /x }] }\noutputs: ${outputs}`;
  return loadConfiguration('c.yml', { env: {}, readFile: () => text }).config;
}

/** The names of what would start, in that order; nothing is opened. */
function composed(outputs: string, names?: readonly ServiceName[]): readonly string[] {
  const redactor = new Redactor();
  const log = createLogger({ level: 'fatal', format: 'json', redactor });
  const deps = { clock: new VirtualClock(), log, redactor, metrics: createMetrics('0') };
  const { group } = compose(configOf(outputs), deps, names);
  const { ready, services } = group.readiness();
  expect(ready).toBe(false);
  return services.map(({ name }) => name);
}

describe('a process', () => {
  it('has all services, what takes input last, so that it stops first', () => {
    expect(composed('{ file: {}, clickhouse: {} }')).toEqual([
      'event-log',
      'admin',
      'admin-socket',
      'warehouse',
      'file-writer',
      'clickhouse-writer',
      'parser',
      'correlator',
      'socket-ingestor',
    ]);
  });

  it('leaves out outputs that are off, and with ClickHouse its engine', () => {
    expect(composed('{ file: { enabled: false } }')).toEqual([
      'event-log',
      'admin',
      'admin-socket',
      'correlator',
      'socket-ingestor',
    ]);
    expect(composed('{ file: {}, clickhouse: { enabled: false } }')).not.toContain('warehouse');
  });

  it('parses where events go to ClickHouse, and elsewhere only when it is told to', () => {
    expect(composed('{ file: {} }')).not.toContain('parser');
    expect(composed('{ file: {} }\nparser: { enabled: true }')).toContain('parser');
    expect(composed('{ clickhouse: {} }\nparser: { enabled: false }')).not.toContain('parser');
  });

  it('of one service has it and what it stands on', () => {
    expect(composed('{ clickhouse: {} }', ['correlator'])).toEqual([
      'event-log',
      'admin',
      'admin-socket',
      'correlator',
    ]);
    expect(composed('{ clickhouse: {} }', ['clickhouse-writer'])).toContain('warehouse');
  });

  it.each([
    ['file-writer', 'outputs.file is off'],
    ['clickhouse-writer', 'outputs.clickhouse is off'],
  ] as const)('of a %s that the configuration switches off is wrong usage', (name, message) => {
    expect(() => composed('{}', [name])).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message), exitCode: 2 }),
    );
  });
});
