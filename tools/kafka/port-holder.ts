import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTENING = '0A';

/** The process that listens on a TCP port, as `name (pid 12)`; null when it cannot be known: another user's, no Linux. */
export function portHolder(port: number): string | null {
  if (!existsSync('/proc/net/tcp')) return null;
  const inodes = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(readText(table), port)),
  );
  const sockets = new Set([...inodes].map((inode) => `socket:[${inode}]`));
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (openFiles(pid).some((file) => sockets.has(file))) return `${readText(`/proc/${pid}/comm`).trim()} (pid ${pid})`;
  }
  return null;
}

/** The inodes of the sockets that listen on the port, out of a table of the kernel. */
export function listeningInodes(table: string, port: number): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    return local?.endsWith(suffix) && state === LISTENING && inode !== undefined ? [inode] : [];
  });
}

function openFiles(pid: string): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return orElse([], () => readdirSync(folder)).map((name) => orElse('', () => readlinkSync(`${folder}/${name}`)));
}

function readText(path: string): string {
  return orElse('', () => readFileSync(path, 'utf8'));
}

/** Processes end while one looks, and those of others are not ours to look into. */
function orElse<T>(otherwise: T, look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'EACCES', 'ESRCH', 'EPERM'].includes(String(error.code))
    ) {
      return otherwise;
    }
    throw error;
  }
}
