import { connect as connectPlain } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { TcpServer, type TlsFailure } from './tcp-server.ts';
import { CertificateAuthority, hasOpenssl, type IssuedCertificate } from './testing/certificate-authority.ts';

vi.setConfig({ testTimeout: 30_000 });

const now = Promise.resolve();
const servers: TcpServer[] = [];
const clients: TLSSocket[] = [];
let authority: CertificateAuthority;
let identity: IssuedCertificate;

beforeAll(() => {
  if (!hasOpenssl()) return;
  authority = new CertificateAuthority('test authority');
  identity = authority.issue('IP:127.0.0.1');
});

afterAll(() => authority?.remove());

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await Promise.all(servers.splice(0).map((server) => server.stop(now)));
});

interface Watched {
  readonly server: TcpServer;
  readonly texts: string[];
  readonly failures: TlsFailure[];
}

async function listen(change: { minVersion?: 'TLSv1.2' | 'TLSv1.3'; clientAuthority?: Buffer } = {}): Promise<Watched> {
  const texts: string[] = [];
  const failures: TlsFailure[] = [];
  const server = new TcpServer(
    {
      address: '127.0.0.1',
      port: 0,
      maxConnections: 8,
      maxWaitingConnections: 8,
      tls: { certificate: identity.cert, key: identity.key, clientAuthority: null, minVersion: 'TLSv1.2', ...change },
    },
    {
      accept: () => {
        let text = '';
        return { data: (chunk) => (text += chunk.toString()), end: () => texts.push(text) };
      },
      acceptFailed: (error) => expect.fail(error.message),
      handshakeFailed: (failure) => failures.push(failure),
    },
  );
  servers.push(server);
  await server.listen();
  return { server, texts, failures };
}

function open(server: TcpServer, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: server.port, ca: authority.ca, ...options }, () =>
      resolve(socket),
    );
    clients.push(socket);
    socket.once('error', reject);
  });
}

async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { interval: 2, timeout: 20_000 }).toBe(true);
}

test.runIf(hasOpenssl())('what a client with TLS sends arrives, and is read to its end by a stop', async () => {
  const { server, texts } = await listen();
  (await open(server)).end('one');
  await until(() => texts.length === 1);
  const client = await open(server);
  await new Promise((resolve) => client.write('two', resolve));
  await until(() => server.connections.connections === 1);
  await server.stop(new Promise(() => undefined));
  expect(texts).toEqual(['one', 'two']);
});

test.runIf(hasOpenssl())('fault 58: plaintext to a TLS port is refused and told apart', async () => {
  const { server, texts, failures } = await listen();
  const client = connectPlain(server.port, '127.0.0.1', () => client.write('<34>Nov 24 18:35:01 host app: text\n'));
  client.on('error', () => undefined);
  await new Promise((resolve) => client.once('close', resolve));
  await until(() => failures.length === 1);
  expect(failures).toEqual(['plaintext']);
  expect(texts).toEqual([]);
});

test.runIf(hasOpenssl()).each(['TLSv1', 'TLSv1.1'] as const)('fault 58: %s is refused', async (version) => {
  const { server, failures } = await listen();
  // Without the lower level of security the client itself would not offer so old a version.
  const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  await expect(open(server, old)).rejects.toThrow();
  await until(() => failures.length === 1);
  expect(failures).toEqual(['old_version']);
});

test.runIf(hasOpenssl())('fault 58: TLS 1.2 is taken unless 1.3 is asked for', async () => {
  const both = await listen();
  expect((await open(both.server, { maxVersion: 'TLSv1.2' })).getProtocol()).toBe('TLSv1.2');
  const newest = await listen({ minVersion: 'TLSv1.3' });
  await expect(open(newest.server, { maxVersion: 'TLSv1.2' })).rejects.toThrow();
  expect((await open(newest.server)).getProtocol()).toBe('TLSv1.3');
});

test.runIf(hasOpenssl())(
  'fault 58: a client without a certificate of the authority is refused where one is asked for',
  async () => {
    const { server, texts, failures } = await listen({ clientAuthority: authority.ca });
    const stranger = new CertificateAuthority('somebody else');
    const forged = stranger.issue('DNS:sender');
    stranger.remove();
    const expired = authority.issue('DNS:sender', -1);
    for (const credentials of [{}, { cert: forged.cert, key: forged.key }, { cert: expired.cert, key: expired.key }]) {
      const client = await open(server, credentials).catch(() => null);
      // With TLS 1.3 the client is done before the server has looked at its certificate.
      client?.on('error', () => undefined);
      client?.write('not for you');
    }
    await until(() => failures.length === 3);
    const { cert, key } = authority.issue('DNS:sender');
    (await open(server, { cert, key })).end('for you');
    await until(() => texts.length === 1);
    expect(texts).toEqual(['for you']);
    expect(failures).toEqual(['client_certificate', 'client_certificate', 'client_certificate']);
  },
);

test.runIf(hasOpenssl())(
  'fault 59: a new certificate is shown to new connections, and those that are go on',
  async () => {
    const { server, texts } = await listen();
    const before = await open(server);
    const renewed = authority.issue('IP:127.0.0.1');
    server.setIdentity({ certificate: renewed.cert, key: renewed.key, clientAuthority: null });
    const after = await open(server);
    expect(after.getPeerX509Certificate()?.toString()).toBe(renewed.cert.toString());
    expect(before.getPeerX509Certificate()?.toString()).toBe(identity.cert.toString());
    expect(() => server.setIdentity({ certificate: identity.cert, key: renewed.key, clientAuthority: null })).toThrow();
    expect((await open(server)).getPeerX509Certificate()?.toString()).toBe(renewed.cert.toString());
    before.end('before');
    after.end('after');
    await until(() => texts.includes('before') && texts.includes('after'));
  },
);
