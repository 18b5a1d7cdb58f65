import { request } from 'node:http';
import { Value } from 'typebox/value';
import { CommandError } from '../command-error.ts';
import type { ParserIntent } from './parser-intent.ts';
import { type ChangeAnswer, changeAnswerSchema } from './parser-record-schema.ts';
import { probeSocket, socketPlaceProblem } from './socket-path.ts';

/** Longer than the process takes for any answer. */
const TIMEOUT_MS = 15_000;

/** Whether a process answers on an admin socket, in a place where it must be the right one. */
export async function isAdminSocketServed(path: string): Promise<boolean> {
  return socketPlaceProblem(path) === null && (await probeSocket(path)) === 'connected';
}

/**
 * Lets the process that serves an admin socket make a change.
 * @throws CommandError when it does not answer as it should: then it is not known whether the change was made
 */
export async function askForChange(path: string, intent: ParserIntent): Promise<ChangeAnswer> {
  let text: string;
  try {
    text = await post(path, '/parsers/changes', JSON.stringify(intent));
  } catch (error) {
    throw unanswered(path, error instanceof Error ? error.message : String(error), { cause: error });
  }
  const answer = parsed(text);
  if (!Value.Check(changeAnswerSchema, answer)) throw unanswered(path, 'its answer is none of this version');
  return answer;
}

function post(socketPath: string, path: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const asking = request(
      { socketPath, path, method: 'POST', headers, agent: false, timeout: TIMEOUT_MS },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve(text));
        response.on('error', reject);
      },
    );
    asking.on('timeout', () => asking.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    asking.on('error', reject);
    asking.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function unanswered(path: string, what: string, options?: ErrorOptions): CommandError {
  const look = 'whether the change was made is not known: `logweave parser list` shows it';
  return new CommandError(`the running process does not answer on ${path} (${what}); ${look}`, 1, options);
}
