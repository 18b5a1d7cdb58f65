import { compileGrok, compileRegExp } from '@logweave/grok';

/**
 * Patterns on lines of web servers and proxies, and expressions made to run long on lines of 64 KiB. Prints the median
 * of several runs: nanoseconds per match for the former, milliseconds for the latter, first and later runs apart.
 */
const RUNS = 7;
const MATCHES = 20_000;
const LONG = 65_536;

const SQUID =
  '%{NUMBER:when}\\s+\\d+\\s%{SYSLOGHOST:srcip} %{WORD:action}\\/%{NUMBER:returnCode} %{NUMBER:size} %{WORD:method} (?P<url>\\S+) (?P<username>.*?) %{WORD}\\/(?P<tgtip>\\S+).*';
const APACHE_FRONT = '198.51.100.24 - frank [24/Nov/2026:16:00:01 +0100] "GET /shop/cart?item=31 HTTP/1.1"';

const LINES: readonly (readonly [name: string, pattern: string, line: string])[] = [
  [
    'Squid',
    SQUID,
    '1795536001.129     23 192.0.2.40 TCP_MISS/200 904 GET http://shop.example.com/cart - HIER_DIRECT/198.51.100.7 text/html',
  ],
  [
    'COMBINEDAPACHELOG',
    '%{COMBINEDAPACHELOG}',
    `${APACHE_FRONT} 200 2326 "https://shop.example.com/" "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"`,
  ],
  ['COMBINEDAPACHELOG, cut line', '%{COMBINEDAPACHELOG}', `${APACHE_FRONT} 200 2326 "https://shop.exa`],
  ['SYSLOGBASE', '%{SYSLOGBASE} %{GREEDYDATA:text}', 'Nov 24 16:00:01 gate sshd[4711]: session opened for user root'],
  ['IP within text', '%{IP:address}', 'connection of user frank refused, it came from 203.0.113.77 over vpn'],
];

/** What an expression requires stands at the end of its line, so that a look for it does not end the search. */
const EVIL: readonly (readonly [source: string, line: string])[] = [
  ['(a+)+$', `${'a'.repeat(LONG - 1)}!`],
  ['(?i)(a+)+$', `${'aA'.repeat(LONG / 2 - 1)}!`],
  ['.*.*=.*', `${'x='.repeat(LONG / 2)}\n`],
  ['(?:a{1,31}b?){1,30}c', `${'aaab'.repeat(LONG / 4 - 1)}dc`],
  ['\\s+$', `${' '.repeat(LONG - 1)}x`],
  ['\\d+ foo', `${'1'.repeat(LONG - 6)} fo foo`],
  ['(x+x+)+y', `${'x'.repeat(LONG - 2)}zy`],
  ['(.*?,){11}P', `${'1,'.repeat(LONG / 2 - 1)}QP`],
];

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

for (const [name, pattern, line] of LINES) {
  const matcher = compileGrok(pattern);
  let matched = 0;
  const runs = Array.from({ length: RUNS }, () => {
    const began = process.hrtime.bigint();
    for (let i = 0; i < MATCHES; i++) if (matcher.match(line) !== null) matched++;
    return Number(process.hrtime.bigint() - began) / MATCHES;
  });
  const engine = matcher.expression.engine;
  console.log(
    `${name.padEnd(28)} ${median(runs).toFixed(0).padStart(6)} ns  ${matched > 0 ? 'match' : 'none '}  ${engine}`,
  );
}

function elapsedMs(run: () => void): number {
  const began = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - began) / 1e6;
}

for (const [source, line] of EVIL) {
  const expression = compileRegExp(source);
  const first = elapsedMs(() => expression.exec(line));
  const later = median(Array.from({ length: RUNS }, () => elapsedMs(() => expression.exec(line))));
  console.log(`${source.padEnd(28)} ${first.toFixed(1).padStart(6)} ms, then ${later.toFixed(2)} ms`);
}
