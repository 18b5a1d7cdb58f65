import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { listeningInodes, portHolder } from './port-holder.ts';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:4A94 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1
   1: 0100007F:4A94 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 4343 1
`;

it('who listens is told from who is connected', () => {
  expect(listeningInodes(TABLE, 19_092)).toEqual(['4242']);
  expect(listeningInodes(TABLE, 19_093)).toEqual([]);
});

it.runIf(existsSync('/proc/net/tcp'))('the process that listens on a port is named', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(portHolder(port)).toMatch(new RegExp(`\\(pid ${process.pid}\\)$`));
  server.close();
  await once(server, 'close');
  expect(portHolder(port)).toBeNull();
});
