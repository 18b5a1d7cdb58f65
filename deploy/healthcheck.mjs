// Whether the process of this container is well: `healthcheck.mjs livez|readyz`. Ends with 0 when it is. For images,
// which have neither curl nor wget. The port is that of the configuration unless LOGWEAVE__ADMIN__PORT says otherwise.
import { get } from 'node:http';

const page = process.argv[2] ?? 'livez';
const port = process.env.LOGWEAVE__ADMIN__PORT ?? '9464';
const request = get(`http://127.0.0.1:${port}/${page}`, { timeout: 4_000 }, (response) => {
  response.resume();
  process.exitCode = response.statusCode === 200 ? 0 : 1;
});
request.on('timeout', () => request.destroy(new Error('no answer')));
request.on('error', (error) => {
  process.stderr.write(`${page}: ${error.message}\n`);
  process.exitCode = 1;
});
