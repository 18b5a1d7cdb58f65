import { APPLICATION_PATTERNS } from './application-patterns.ts';
import { DATE_PATTERNS } from './date-patterns.ts';
import { FIREWALL_PATTERNS } from './firewall-patterns.ts';
import { NETWORK_PATTERNS } from './network-patterns.ts';
import { PATH_PATTERNS } from './path-patterns.ts';
import { SYSLOG_PATTERNS } from './syslog-patterns.ts';
import { TEXT_PATTERNS } from './text-patterns.ts';
import { WEB_PATTERNS } from './web-patterns.ts';

/**
 * The patterns of Logstash 1.4.2 by their names, written anew for RE2: no lookahead, no atomic groups. Where that makes
 * a difference, the pattern says so.
 */
export const BUILT_IN_PATTERNS: ReadonlyMap<string, string> = new Map(
  [
    TEXT_PATTERNS,
    NETWORK_PATTERNS,
    PATH_PATTERNS,
    DATE_PATTERNS,
    SYSLOG_PATTERNS,
    WEB_PATTERNS,
    FIREWALL_PATTERNS,
    APPLICATION_PATTERNS,
  ].flatMap((table) => Object.entries(table)),
);
