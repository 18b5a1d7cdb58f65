import { expect, test } from 'vitest';
import { parseDsn } from './dsn.ts';

test.each([
  ['clickhouse://user:pass@localhost:9000/db', 'http://localhost:8123', 'user', 'pass', 'db'],
  ['clickhouse://user:pass@localhost/db', 'http://localhost:8123', 'user', 'pass', 'db'],
  ['clickhouse://ch.example.com:9440', 'https://ch.example.com:8443', 'default', '', 'default'],
  ['clickhouse://ch.example.com:9000/?secure=true', 'https://ch.example.com:8443', 'default', '', 'default'],
  ['clickhouse://u@[::1]:8124/x', 'http://[::1]:8124', 'u', '', 'x'],
  ['http://u:p%40ss%2Fword@h:8123/my%20db', 'http://h:8123', 'u', 'p@ss/word', 'my db'],
  ['https://h', 'https://h', 'default', '', 'default'],
])('%s is %s', (dsn, url, user, password, database) => {
  expect(parseDsn(dsn)).toMatchObject({ url, user, password, database });
});

test('a native port is said to be spoken to over HTTP, and the password is not said', () => {
  const { note } = parseDsn('clickhouse://user:secret@localhost:9000/db');
  expect(note).toBe('clickhouse://localhost:9000 is spoken to over HTTP, at http://localhost:8123');
  expect(parseDsn('http://localhost:8123').note).toBeNull();
});

test.each(['mysql://u:hidden@h/db', 'not a url hidden', 'clickhouse:///db'])(
  '%s is refused without saying a password',
  (dsn) => {
    const refuse = (): unknown => parseDsn(dsn);
    expect(refuse).toThrow(/DSN/);
    expect(refuse).not.toThrow(/hidden/);
  },
);
