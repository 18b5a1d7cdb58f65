import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { bodyTooLarge, compress, decompress } from './compression.ts';
import { Credentials } from './credentials.ts';
import type { EngineResult } from './engine.ts';
import { EngineError, statusOf, toEngineError } from './engine-error.ts';
import { Slots, TooManyWaiting } from './slots.ts';
import { formatOf, readStatement, type Statement } from './statement.ts';

export interface HttpServerOptions {
  readonly user: string;
  readonly password: string;
  readonly maxBodyBytes: number;
  readonly run: (statement: Statement) => Promise<EngineResult>;
}

// Bodies held at once: with the limit of one body this bounds what requests can hold in memory.
const BODIES_AT_ONCE = 4;
const MAX_CONNECTIONS = 256;

/** ClickHouse's HTTP interface before an engine: as much of it as its client, curl and dashboards use. */
export function createHttpServer(options: HttpServerOptions): Server {
  const credentials = new Credentials(options.user, options.password);
  const bodies = new Slots(BODIES_AT_ONCE, MAX_CONNECTIONS);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/ping') {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=UTF-8' }).end('Ok.\n');
      return;
    }
    const queryId = url.searchParams.get('query_id') ?? randomUUID();
    response.setHeader('X-ClickHouse-Query-Id', headerText(queryId));
    response.setHeader('X-ClickHouse-Timezone', 'UTC');
    response.setHeader('X-ClickHouse-Server-Display-Name', 'logweave');
    try {
      checkRequest(request, url);
      authenticate(request, response, url.searchParams);
      const { statement, result } = await bodies.run(async () => {
        const body = await readBody(request, options.maxBodyBytes);
        const plain = await decompress(body, request.headers['content-encoding'], options.maxBodyBytes);
        const database = request.headers['x-clickhouse-database'];
        const read = readStatement(url.searchParams, plain, request.method ?? 'POST', database?.toString());
        return { statement: read, result: await options.run(read) };
      });
      await sendResult(request, response, url.searchParams, statement, result);
    } catch (error) {
      sendError(response, error);
    }
  }

  function authenticate(request: IncomingMessage, response: ServerResponse, url: URLSearchParams): void {
    switch (credentials.check(request.headers, url)) {
      case 'ok':
        return;
      case 'missing':
        response.setHeader('WWW-Authenticate', 'Basic realm="ClickHouse server HTTP API"');
        throw new EngineError(194, 'REQUIRED_PASSWORD', 'The user and a password are required.');
      case 'wrong':
        throw new EngineError(
          516,
          'AUTHENTICATION_FAILED',
          'Authentication failed: password is incorrect, or there is no user with such name.',
        );
    }
  }

  const server = createServer(
    { keepAliveTimeout: 30_000, headersTimeout: 10_000, requestTimeout: 120_000 },
    (req, res) => {
      // `answer` handles every error by itself; what is left would be a broken connection.
      answer(req, res).catch(() => res.destroy());
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

function checkRequest(request: IncomingMessage, url: URL): void {
  if (url.pathname !== '/') {
    throw new EngineError(48, 'NOT_IMPLEMENTED', 'There is no such path: statements go to /, liveness is /ping.');
  }
  if (request.method !== 'POST' && request.method !== 'GET') {
    throw new EngineError(48, 'NOT_IMPLEMENTED', 'Statements come by POST or GET.');
  }
  if (url.searchParams.has('session_id')) {
    throw new EngineError(
      48,
      'NOT_IMPLEMENTED',
      'The embedded engine has no sessions: send settings with each statement.',
    );
  }
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBytes) throw bodyTooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw bodyTooLarge(maxBytes);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length);
}

async function sendResult(
  request: IncomingMessage,
  response: ServerResponse,
  url: URLSearchParams,
  statement: Statement,
  result: EngineResult,
): Promise<void> {
  const wanted = url.get('enable_http_compression') === '1' ? request.headers['accept-encoding'] : undefined;
  const { bytes, encoding } = await compress(result.bytes, wanted);
  if (encoding !== null) response.setHeader('Content-Encoding', encoding);
  response.writeHead(200, {
    'Content-Type': contentType(formatOf(statement)),
    'Content-Length': bytes.length,
    'X-ClickHouse-Format': formatOf(statement),
    'X-ClickHouse-Summary': summary(result),
  });
  response.end(bytes);
}

function summary(result: EngineResult): string {
  // Strings, as the server has them: 64-bit counts do not fit a JSON number.
  return JSON.stringify({
    read_rows: String(result.rowsRead),
    read_bytes: String(result.bytesRead),
    written_rows: String(result.rowsWritten),
    written_bytes: String(result.bytesWritten),
    total_rows_to_read: '0',
    result_rows: String(result.rowsRead),
    result_bytes: String(result.bytes.length),
    elapsed_ns: String(Math.round(result.elapsedSeconds * 1e9)),
  });
}

function sendError(response: ServerResponse, error: unknown): void {
  const known =
    error instanceof TooManyWaiting
      ? new EngineError(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', 'Too many statements wait for the embedded engine.')
      : toEngineError(error);
  // The rest of a body that was not read would be taken for the next request.
  response.setHeader('Connection', 'close');
  response.writeHead(statusOf(known), {
    'Content-Type': 'text/plain; charset=UTF-8',
    'X-ClickHouse-Exception-Code': String(known.code),
  });
  response.end(known.body);
}

function contentType(format: string): string {
  if (/^JSON(Compact)?(Strings?)?$/i.test(format)) return 'application/json; charset=UTF-8';
  if (/EachRow/i.test(format)) return 'application/x-ndjson; charset=UTF-8';
  if (/^CSV/i.test(format)) return 'text/csv; charset=UTF-8; header=absent';
  if (/^(TSV|TabSeparated)/i.test(format)) return 'text/tab-separated-values; charset=UTF-8';
  return 'application/octet-stream';
}

function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 256);
}
