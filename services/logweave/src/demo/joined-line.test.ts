import { expect, it } from 'vitest';
import { joinedLine } from './joined-line.ts';

const line = (record: object): string => joinedLine(new TextEncoder().encode(JSON.stringify(record)));
const core = { timestamp: '2026-11-24T16:00:03.123456789Z', src_ip: '192.0.2.7', src_port: 50123 };

it('a pair shows its request, its place in the connection, the fingerprint and the claim', () => {
  const record = {
    ...core,
    correlated: true,
    orphan_side: '',
    keepalives: 3,
    method: 'GET',
    host: 'shop.example.com',
    path: '/',
    status: 200,
    ja4: 't13i3111h2_e8f1e7e78f70_b26ce05bbdd6',
    header_user_agent: 'curl/7.88.1',
  };
  expect(line(record)).toBe(
    '16:00:03.123  192.0.2.7:50123         joined #3   GET shop.example.com/ 200           t13i3111h2_e8f1e7e78f70_b26ce05bbdd6    curl/7.88.1',
  );
});

it('times have milliseconds whatever the record has', () => {
  const record = { ...core, correlated: true, orphan_side: '' };
  expect(line({ ...record, timestamp: '2026-11-24T16:00:03Z' })).toMatch(/^16:00:03\.000 /);
  expect(line({ ...record, timestamp: '2026-11-24T16:00:03.26Z' })).toMatch(/^16:00:03\.260 /);
});

it('an orphan shows its side and its reason', () => {
  const record = {
    ...core,
    src_ip: '2001:db8::7',
    dst_port: 443,
    correlated: false,
    orphan_side: 'B',
    orphan_reason: 'late',
  };
  expect(line(record)).toMatch(/\[2001:db8::7\]:50123 +orphan B +\(no request\) port 443 +late$/);
});

it('nothing that a client sends moves the cursor or turns the line round', () => {
  const record = { ...core, correlated: true, orphan_side: '', method: 'GET', path: '/\u001b[2J\u202e\n', status: 200 };
  expect(line(record)).toContain('GET /·[2J··');
});
