import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedProcess } from '@logweave/service-kit/testing';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { createBundle } from './create-bundle.ts';
import type { LockFile } from './production-manifest.ts';
import { runBundle, startBundle } from './testing/bundled-run.ts';

const ROOT = join(import.meta.dirname, '../..');
const MAX_START_MS = 1_000;
const MAX_START_CPU_MS = 1_500;
const SQUID_LINE =
  '1795520998.470 3 192.0.2.9 TCP_MISS/200 352 GET http://shop.example/ - HIER_DIRECT/192.0.2.1 text/html';

let folder: string;
let bundle: string;
const at = (name: string): string => join(folder, name);

/** Puts packages where `npm ci` of the slim lock file would put them, from what is installed here. */
function installSlim(): void {
  cpSync(join(bundle, 'slim'), bundle, { recursive: true });
  const { packages } = JSON.parse(readFileSync(join(bundle, 'package-lock.json'), 'utf8')) as LockFile;
  for (const path of Object.keys(packages)) {
    if (path === '' || !existsSync(join(ROOT, path))) continue;
    cpSync(join(ROOT, path), join(bundle, path), { recursive: true, dereference: true });
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'logweave-bundle-'));
  bundle = join(folder, 'bundle');
  await createBundle({ root: ROOT, outDir: bundle, commit: 'c0ffee123456' });
  installSlim();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The quickest of three, so that a machine with other things to do does not count. */
async function quickestMs(args: readonly string[]): Promise<number> {
  const taken: number[] = [];
  for (let i = 0; i < 3; i++) {
    const began = performance.now();
    expect(await runBundle(bundle, folder, args)).toMatchObject({ code: 0 });
    taken.push(performance.now() - began);
  }
  return Math.min(...taken);
}

describe('a bundle away from its sources', () => {
  it('says its version, its commit and its Node within a second', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'services/logweave/package.json'), 'utf8')) as {
      readonly version: string;
    };
    expect(await runBundle(bundle, folder, ['version'])).toEqual({
      code: 0,
      stdout: `logweave ${version}, commit c0ffee123456, Node ${process.versions.node}\n`,
      stderr: '',
    });
    expect(await quickestMs(['version'])).toBeLessThan(MAX_START_MS);
  });

  it('checks a configuration within a second', async () => {
    const file = join(bundle, 'config.example.yml');
    expect(await runBundle(bundle, folder, ['check', file])).toEqual({
      code: 0,
      stdout: `${file}: fine\n`,
      stderr: '',
    });
    expect(await quickestMs(['check', file])).toBeLessThan(MAX_START_MS);
  });

  it('names no path of the machine that made it', () => {
    const lib = join(bundle, 'lib');
    const withPath = readdirSync(lib).filter((file) => readFileSync(join(lib, file), 'utf8').includes(ROOT));
    expect(withPath).toEqual([]);
  });

  it('parses a log with a parser that comes with it', async () => {
    writeFileSync(join(folder, 'access.log'), `${SQUID_LINE}\n`);
    const parser = join(bundle, 'parsers/SQUID_WEBPROXY/parser.conf');
    const args = ['parse', '--parser', parser, '--log-type', 'SQUID_WEBPROXY', join(folder, 'access.log')];
    const { stdout } = await runBundle(bundle, folder, args);
    expect(stdout).toContain('"productName"');
    expect(stdout).toContain('192.0.2.9');
  });
});

/** A port of UDP that nobody has at this moment. */
async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

async function sendLine(path: string, line: string): Promise<void> {
  const socket = connect(path);
  socket.end(`${line}\n`);
  socket.resume();
  await once(socket, 'close');
}

async function sendDatagram(port: number, text: string): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.send(text, port, '127.0.0.1', (error) => (error === null ? resolve() : reject(error)));
  });
  socket.close();
}

/** A configuration that uses each thread there is: of the event log, of datagrams, of the parser. */
async function writeConfig(): Promise<{ readonly file: string; readonly udpPort: number }> {
  const udpPort = await freeUdpPort();
  const raw = { log_type: 'SQUID_WEBPROXY' };
  const config = {
    data_dir: at('data'),
    inputs: {
      unix_sockets: [
        { name: 'http_source', path: at('http.socket') },
        { name: 'network_source', path: at('network.socket') },
      ],
      raw: [
        { ...raw, name: 'stream', type: 'unix_stream', path: at('raw.socket') },
        { ...raw, name: 'datagrams', type: 'udp', port: udpPort },
      ],
    },
    parser: { enabled: true, threads: 1 },
    outputs: { file: { path: at('correlated.log') } },
    admin: { port: 0 },
    log: { format: 'json' },
  };
  writeFileSync(at('config.yml'), JSON.stringify(config));
  return { file: at('config.yml'), udpPort };
}

function start(args: readonly string[], { onTestFinished }: TestContext): RecordedProcess {
  const run = startBundle(bundle, folder, args);
  onTestFinished(() => run.kill('SIGKILL'));
  return run;
}

const hasStarted = ({ stderr }: RecordedProcess): boolean => stderr.includes('"msg":"started"');

describe('a bundle that runs everything', () => {
  it('joins, parses and receives datagrams, with threads of its own for each', async (context) => {
    const { file, udpPort } = await writeConfig();
    const up = start(['up', '-c', file], context);
    await up.until(hasStarted);
    const pair = { src_ip: '192.0.2.7', src_port: 40_000, timestamp: new Date().toISOString() };
    await sendLine(at('network.socket'), JSON.stringify({ ...pair, ja3_hash: 'from the wire' }));
    await sendLine(at('http.socket'), JSON.stringify({ ...pair, path: '/from/the/server' }));
    await sendLine(at('raw.socket'), SQUID_LINE);
    await sendDatagram(udpPort, SQUID_LINE.replace('192.0.2.9', '192.0.2.10'));

    const tap = start(['tap', 'udm', '--from-beginning', '-c', file], context);
    const addresses = ['192.0.2.9', '192.0.2.10', '192.0.2.7'];
    await tap.until(({ stdout }) => addresses.every((address) => stdout.includes(`"${address}"`)));
    up.kill('SIGTERM');
    expect(await up.finished).toMatchObject({ code: 0 });
    const joined = readFileSync(at('correlated.log'), 'utf8');
    expect(joined.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(joined)).toMatchObject({ correlated: true, path: '/from/the/server', ja3_hash: 'from the wire' });
  });

  // Processor time and not the clock, so that it means the same on a machine that has other things to do.
  it('starts within a second and a half of processor time, all threads together', async (context) => {
    const { file } = await writeConfig();
    const began = performance.now();
    const up = start(['up', '-c', file], context);
    await up.until(hasStarted);
    const tookMs = Math.round(performance.now() - began);
    const cpuMs = processorMs(up.pid);
    console.log(`started in ${tookMs} ms with ${cpuMs} ms of processor time`);
    expect(cpuMs).toBeLessThan(MAX_START_CPU_MS);
  });
});

/** What a process has used so far, by proc(5): utime and stime, in ticks of 10 ms, stand behind its name in brackets. */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}
