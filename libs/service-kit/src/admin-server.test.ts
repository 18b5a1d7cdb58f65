import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { Gauge, Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { adminProblem } from './admin-config.ts';
import { type AdminServer, createAdminServer } from './admin-server.ts';
import { createLogger } from './logger.ts';
import { createMetrics, exportReadiness } from './metrics.ts';
import { Redactor } from './redactor.ts';
import type { GroupReadiness } from './service-group.ts';

const TOKEN = 'a-token-of-twenty-characters';
const servers: AdminServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

interface Setting {
  readonly token?: string;
  readonly readiness?: GroupReadiness | (() => never);
  readonly metrics?: Registry;
  readonly redactor?: Redactor;
}

async function serve({ token, readiness = { ready: true, services: [] }, ...setting }: Setting = {}): Promise<string> {
  const redactor = setting.redactor ?? new Redactor();
  const log = createLogger({ level: 'fatal', format: 'json', redactor });
  const server = createAdminServer(
    { host: '127.0.0.1', port: 0, token: token ?? null },
    {
      log,
      metrics: setting.metrics ?? new Registry(),
      redactor,
      readiness: () => (typeof readiness === 'function' ? readiness() : readiness),
    },
  );
  servers.push(server);
  await server.start();
  return String(server.url);
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Asks with any header, `host` among them. */
function get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = httpRequest(url, { headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    asking.on('error', reject);
    asking.end();
  });
}

describe('the admin server', () => {
  it('says that the process lives, and in sentences whether each service works', async () => {
    const services = [{ name: 'correlator', ready: false, detail: 'Taking over partition 3.' }];
    const url = await serve({ readiness: { ready: false, services } });
    expect(await get(`${url}/livez`)).toMatchObject({ status: 200, text: 'alive\n' });
    const readyz = await get(`${url}/readyz`);
    expect(readyz.status).toBe(503);
    expect(JSON.parse(readyz.text)).toEqual({ ready: false, services });
    expect(readyz.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });

  it('gives metrics in the format of Prometheus', async () => {
    const metrics = createMetrics('1.2.3');
    exportReadiness(metrics, {
      readiness: () => ({ ready: false, services: [{ name: 'file-writer', ready: false, detail: 'x' }] }),
    });
    const url = await serve({ metrics });
    const answer = await get(`${url}/metrics`);
    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=/);
    expect(answer.text).toContain('logweave_build_info{version="1.2.3"} 1');
    expect(answer.text).toContain('logweave_service_ready{service="file-writer"} 0');
    expect(answer.text).toMatch(/^process_cpu_seconds_total/m);
  });

  it('does not listen beyond this machine without a token', async () => {
    const server = createAdminServer(
      { host: '0.0.0.0', port: 0, token: null },
      {
        log: createLogger({ level: 'fatal', format: 'json', redactor: new Redactor() }),
        metrics: new Registry(),
        redactor: new Redactor(),
        readiness: () => ({ ready: true, services: [] }),
      },
    );
    await expect(server.start()).rejects.toThrow(/can be reached from other machines: set admin.token_file/);
    expect(adminProblem({ host: '::', port: 1, token: null })).not.toBeNull();
    expect(adminProblem({ host: 'localhost.example', port: 1, token: null })).not.toBeNull();
    expect(adminProblem({ host: '127.1.2.3', port: 1, token: null })).toBeNull();
    expect(adminProblem({ host: '0.0.0.0', port: 1, token: TOKEN })).toBeNull();
  });

  it('shows details only to who has the token', async () => {
    const services = [{ name: 'file-writer', ready: true, detail: 'Writing /var/log/x.' }];
    const url = await serve({ token: TOKEN, readiness: { ready: true, services } });
    expect(await get(`${url}/livez`)).toMatchObject({ status: 200 });
    expect(await get(`${url}/readyz`)).toMatchObject({ status: 200, text: 'ready\n' });
    expect(await get(`${url}/metrics`)).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    for (const wrong of ['Bearer x', `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, TOKEN, 'Bearer ']) {
      expect((await get(`${url}/metrics`, { authorization: wrong })).status, wrong).toBe(401);
    }
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await get(`${url}/metrics`, headers)).status).toBe(200);
    expect((await get(`${url}/readyz`, headers)).text).toContain('/var/log/x');
  });

  it('answers without a token only to its own name, so that no web page can read it by a name that points here', async () => {
    const url = await serve();
    const { port } = new URL(url);
    expect((await get(`${url}/metrics`, { host: 'evil.example' })).status).toBe(421);
    expect((await get(`${url}/metrics`, { host: `localhost:${port}` })).status).toBe(200);
    expect((await get(`${url}/metrics`, { host: `[::1]:${port}` })).status).toBe(200);
  });

  it('fault 57: shows no secret on any page, not even on error pages', async () => {
    const redactor = new Redactor();
    redactor.add(['planted-5ecret']);
    const metrics = new Registry();
    new Gauge({ name: 'logweave_bad', help: 'planted-5ecret', labelNames: ['x'], registers: [metrics] }).set(
      { x: 'planted-5ecret' },
      1,
    );
    const services = [{ name: 'x', ready: false, detail: 'Cannot reach http://u:planted-5ecret@h.' }];
    const url = await serve({ redactor, metrics, readiness: { ready: false, services } });
    const broken = await serve({
      redactor,
      readiness: () => {
        throw new Error('cannot reach http://u:planted-5ecret@h');
      },
    });
    const pages = [`${url}/readyz`, `${url}/metrics`, `${url}/planted-5ecret`, `${broken}/readyz`, `${url}/%`];
    const answers = await Promise.all(pages.map((page) => get(page)));
    expect(answers.map(({ status }) => status)).toEqual([503, 200, 404, 500, 400]);
    for (const { text, headers } of answers) expect(text + JSON.stringify(headers)).not.toContain('planted-5ecret');
    expect(answers[3]?.text).toBe('failed; the log says why\n');
  });

  it('refuses headers without end', async () => {
    const url = await serve();
    expect((await get(`${url}/livez`, { x: 'y'.repeat(9000) })).status).toBe(431);
  });

  it('fault 54: a path with .. is nothing but an unknown path', async () => {
    const { hostname, port } = new URL(await serve());
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () =>
        socket.end(`GET /..%2f..%2fetc/passwd HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n\r\n`),
      );
      let text = '';
      socket.on('data', (chunk) => (text += String(chunk)));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1.1 404 /);
  });

  it('says which setting to change when its port is taken', async () => {
    const { port } = new URL(await serve());
    const second = createAdminServer(
      { host: '127.0.0.1', port: Number(port), token: null },
      {
        log: createLogger({ level: 'fatal', format: 'json', redactor: new Redactor() }),
        metrics: new Registry(),
        redactor: new Redactor(),
        readiness: () => ({ ready: true, services: [] }),
      },
    );
    await expect(second.start()).rejects.toThrow(`port ${port} of 127.0.0.1 is taken: set admin.port`);
    await second.stop();
  });
});
