import type { PatternTable } from './pattern-table.ts';

const IDENTIFIER = '[a-zA-Z$_][a-zA-Z$_0-9]*';
const ALERT = '%{IPORHOST:hostname};%{DATA:checkname};%{DATA:state};';

/** What programming languages, databases and monitors write. */
export const APPLICATION_PATTERNS: PatternTable = {
  JAVACLASS: String.raw`(?:${IDENTIFIER}\.)+${IDENTIFIER}`,
  JAVAFILE: '[A-Za-z0-9_. -]+',
  JAVASTACKTRACEPART: String.raw`at %{JAVACLASS:class}\.%{WORD:method}\(%{JAVAFILE:file}:%{NUMBER:line}\)`,

  RUBY_LOGLEVEL: 'DEBUG|FATAL|ERROR|WARN|INFO',
  RUBY_LOGGER: String.raw`[DFEWI], \[%{TIMESTAMP_ISO8601:timestamp} #%{POSINT:pid}\] *%{RUBY_LOGLEVEL:loglevel} -- +%{DATA:progname}: %{GREEDYDATA:message}`,

  POSTGRESQL: String.raw`%{DATESTAMP:timestamp} %{TZ} %{DATA:user_id} %{GREEDYDATA:connection_id} %{POSINT:pid}`,
  REDISTIMESTAMP: '%{MONTHDAY} %{MONTH} %{TIME}',
  REDISLOG: String.raw`\[%{POSINT:pid}\] %{REDISTIMESTAMP:timestamp} \* `,
  MONGO_LOG: String.raw`%{SYSLOGTIMESTAMP:timestamp} \[%{WORD:component}\] %{GREEDYDATA:message}`,
  MONGO_QUERY: String.raw`\{ .* \} ntoreturn:`,
  MONGO_SLOWQUERY: String.raw`%{WORD} %{MONGO_WORDDASH:database}\.%{MONGO_WORDDASH:collection} %{WORD}: %{MONGO_QUERY:query} ntoskip:%{NONNEGINT:ntoskip} nscanned:%{NONNEGINT:nscanned}.*nreturned:%{NONNEGINT:nreturned}.*%{POSINT:duration}ms`,
  MONGO_WORDDASH: String.raw`\b[\w-]+\b`,

  NAGIOSTIME: String.raw`\[%{NUMBER:epochtime}\]`,
  NAGIOS_SERVICE_ALERT: `SERVICE ALERT: ${ALERT}%{DATA:statelevel};%{NUMBER:attempt};%{GREEDYDATA:message}`,
  NAGIOS_SERVICE_FLAPPING_ALERT: `SERVICE FLAPPING ALERT: ${ALERT}%{GREEDYDATA:message}`,
  NAGIOS_SERVICE_NOTIFICATION: `SERVICE NOTIFICATION: %{DATA:notifyname};${ALERT}%{DATA:contact};%{GREEDYDATA:message}`,
  NAGIOS_HOST_ALERT:
    'HOST ALERT: %{IPORHOST:hostname};%{DATA:state};%{DATA:statelevel};%{NUMBER:attempt};%{GREEDYDATA:message}',
  NAGIOS_HOST_FLAPPING_ALERT: 'HOST FLAPPING ALERT: %{IPORHOST:hostname};%{DATA:state};%{GREEDYDATA:message}',
  NAGIOS_HOST_NOTIFICATION:
    'HOST NOTIFICATION: %{DATA:notifyname};%{IPORHOST:hostname};%{DATA:state};%{DATA:contact};%{GREEDYDATA:message}',
  NAGIOSLOGLINE:
    '%{NAGIOSTIME} (?:%{NAGIOS_SERVICE_ALERT}|%{NAGIOS_SERVICE_FLAPPING_ALERT}|%{NAGIOS_SERVICE_NOTIFICATION}|%{NAGIOS_HOST_ALERT}|%{NAGIOS_HOST_FLAPPING_ALERT}|%{NAGIOS_HOST_NOTIFICATION})',
};
