#!/usr/bin/env node
// Sends lines from standard input to a unix stream socket: for a first try by hand, and as a piped log of Apache. Plain
// JavaScript, so that any Node from 18 on runs it where nothing is installed.
//
//   echo '{"src_ip":"192.0.2.7","src_port":50123}' | node tools/send-lines.mjs /run/logweave/http.socket
//   CustomLog "|/usr/bin/node /opt/logweave/tools/send-lines.mjs --apache /run/logweave/http.socket" logweave
//
// Nobody listening is no reason to end: it tries again every second, and the writer of the pipe waits meanwhile. What
// lies in the socket when its reader dies is lost, as sockets are not acknowledged.
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fromApache } from './send-lines/from-apache.mjs';

const RETRY_MS = 1000;

/**
 * @param {string} path
 * @param {boolean} [again] said already that nobody listens
 * @returns {Promise<import('node:net').Socket>}
 */
function connected(path, again = false) {
  return new Promise((resolve) => {
    const socket = connect(path);
    const refused = (/** @type {Error} */ error) => {
      if (!again) process.stderr.write(`${path}: ${error.message}; trying again\n`);
      setTimeout(() => resolve(connected(path, true)), RETRY_MS);
    };
    socket.once('error', refused);
    socket.once('connect', () => {
      socket.off('error', refused);
      // A connection that breaks later is replaced before the next line.
      socket.on('error', (error) => process.stderr.write(`${path}: ${error.message}\n`));
      resolve(socket);
    });
  });
}

/**
 * @param {string} path
 * @param {(line: string) => string} convert
 */
async function sendLines(path, convert) {
  // Latin-1 in and out keeps every byte as it is.
  process.stdin.setEncoding('latin1');
  /** @type {import('node:net').Socket | null} */
  let socket = null;
  for await (const line of createInterface({ input: process.stdin })) {
    /** @type {import('node:net').Socket} */
    const open = socket === null || socket.destroyed ? await connected(path) : socket;
    socket = open;
    const written = open.write(`${convert(line)}\n`, 'latin1');
    if (!written && !open.destroyed) {
      await new Promise((resolve) => {
        open.once('drain', resolve);
        open.once('close', resolve);
      });
    }
  }
  const last = socket;
  if (last !== null) await new Promise((resolve) => last.end(() => resolve(undefined)));
}

const options = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const paths = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
if (paths.length !== 1 || options.some((option) => option !== '--apache')) {
  process.stderr.write('usage: send-lines.mjs [--apache] SOCKET\n');
  process.exit(2);
}
await sendLines(paths[0] ?? '', options.includes('--apache') ? fromApache : (line) => line);
