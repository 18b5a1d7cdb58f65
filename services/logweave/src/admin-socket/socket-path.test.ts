import { chmodSync, existsSync, lstatSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  adminSocketPath,
  listenPrivately,
  MAX_SOCKET_PATH_BYTES,
  probeSocket,
  removeStaleSocket,
  socketPlaceProblem,
} from './socket-path.ts';

let directory: string;
let path: string;
const servers: Server[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logweave-socket-'));
  path = adminSocketPath({ data_dir: directory });
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map(close));
  rmSync(directory, { recursive: true });
});

function server(): Server {
  const made = createServer((socket) => socket.destroy());
  servers.push(made);
  return made;
}

function close(made: Server): Promise<void> {
  return new Promise((resolve) => made.close(() => resolve()));
}

/** What a process leaves that was killed while it listened. */
async function leaveStaleSocket(): Promise<void> {
  const killed = server();
  await listenPrivately(killed, path);
  renameSync(path, `${path}.aside`);
  await close(killed);
  renameSync(`${path}.aside`, path);
}

describe('an admin socket', () => {
  it('is for its owner alone from the first instant, whatever the mask was, and the mask stays', async () => {
    const setMask = process.umask.bind(process);
    const before = setMask(0);
    const modes: number[] = [];
    const spy = vi.spyOn(process, 'umask').mockImplementation((mask = 0) => {
      if (existsSync(path)) modes.push(statSync(path).mode & 0o7777);
      return setMask(mask);
    });
    try {
      await listenPrivately(server(), path);
      // Seen before the mask was as it had been.
      expect(modes).toEqual([0o600]);
      expect(lstatSync(path).isSocket()).toBe(true);
    } finally {
      spy.mockRestore();
      expect(setMask(before)).toBe(0);
    }
  });

  it('says why it cannot listen, and leaves the mask as it was', async () => {
    const before = process.umask();
    await expect(listenPrivately(server(), join(directory, 'missing', 'admin.sock'))).rejects.toThrow('EACCES');
    expect(process.umask()).toBe(before);
  });

  it('has a path of 107 bytes at most', async () => {
    const longest = join(directory, 'x'.repeat(MAX_SOCKET_PATH_BYTES - directory.length - 1));
    expect(socketPlaceProblem(longest)).toBeNull();
    await listenPrivately(server(), longest);
    expect(await probeSocket(longest)).toBe('connected');
    expect(socketPlaceProblem(`${longest}y`)).toBe(
      `${longest}y has 108 bytes, and a socket's path at most 107: set a shorter data_dir`,
    );
  });

  it('is not in a directory where everybody may put another in its place', () => {
    chmodSync(directory, 0o777);
    expect(socketPlaceProblem(path)).toBe(`everybody may write to ${directory}: chmod o-w`);
    for (const mode of [0o700, 0o775, 0o1777]) {
      chmodSync(directory, mode);
      expect(socketPlaceProblem(path)).toBeNull();
    }
  });

  it('that nobody answers on is removed', async () => {
    expect(await removeStaleSocket(path)).toBeNull();
    await leaveStaleSocket();
    expect(await probeSocket(path)).toBe('ECONNREFUSED');
    expect(await removeStaleSocket(path)).toBeNull();
    expect(existsSync(path)).toBe(false);
  });

  it('that somebody answers on stays, and so does what is no socket', async () => {
    await listenPrivately(server(), path);
    expect(await removeStaleSocket(path)).toBe(`somebody uses ${path} already (connected)`);
    expect(await probeSocket(path)).toBe('connected');
    const file = join(directory, 'file');
    writeFileSync(file, '');
    expect(await removeStaleSocket(file)).toBe(`${file} is there and no socket: remove it`);
    expect(existsSync(file)).toBe(true);
  });
});
