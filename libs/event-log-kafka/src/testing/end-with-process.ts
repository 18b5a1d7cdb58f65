import { spawn } from 'node:child_process';

/**
 * Waits for the end of its input, then kills the brokers of the directory and removes it. A process is a broker when its
 * command line names the directory; a number of a dead one may be somebody else's by now.
 */
const SCRIPT = `
cat >/dev/null
for file in "$1"/*/broker.pid; do
  [ -f "$file" ] || continue
  pid=$(cat "$file")
  { cat "/proc/$pid/cmdline" || ps -ww -o args= -p "$pid"; } 2>/dev/null | grep -qF -- "$1" && kill -KILL "$pid"
done
sleep 0.2
rm -rf "$1" || { sleep 1; rm -rf "$1"; }
`;

/**
 * Ties the brokers in a directory to this process: when it ends, even when it is killed, they are killed and the directory
 * is removed. The result does the same at once and resolves when it is done.
 */
export function endWithProcess(directory: string): () => Promise<void> {
  // In a group of its own: Ctrl-C is for the process that is watched. Its input closes when that process is gone.
  const janitor = spawn('sh', ['-c', SCRIPT, 'kafka-janitor', directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise<void>((resolve, reject) => {
    janitor.once('exit', () => resolve()).once('error', reject);
  });
  janitor.unref();
  return () => {
    janitor.ref();
    janitor.stdin.end();
    return ended;
  };
}
