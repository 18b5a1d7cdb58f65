import type { PatternTable } from './pattern-table.ts';

/** What web servers and proxies write. */
export const WEB_PATTERNS: PatternTable = {
  COMMONAPACHELOG: [
    '%{IPORHOST:clientip}',
    '%{HTTPDUSER:ident}',
    '%{USER:auth}',
    String.raw`\[%{HTTPDATE:timestamp}\]`,
    '"(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})"',
    '%{NUMBER:response}',
    '(?:%{NUMBER:bytes}|-)',
  ].join(' '),
  COMBINEDAPACHELOG: '%{COMMONAPACHELOG} %{QS:referrer} %{QS:agent}',
  HTTPD_COMMONLOG: '%{COMMONAPACHELOG}',
  HTTPD_COMBINEDLOG: '%{COMBINEDAPACHELOG}',
  HTTPD20_ERRORLOG: String.raw`\[%{HTTPDERROR_DATE:timestamp}\] \[%{LOGLEVEL:loglevel}\] (?:\[client %{IPORHOST:clientip}\] )?%{GREEDYDATA:errormsg}`,
  HTTPD24_ERRORLOG: String.raw`\[%{HTTPDERROR_DATE:timestamp}\] \[%{WORD:module}:%{LOGLEVEL:loglevel}\] \[pid %{POSINT:pid}(?::tid %{NUMBER:tid})?\](?: \(%{POSINT:proxy_errorcode}\)%{DATA:proxy_errormessage}:)?(?: \[client %{IPORHOST:client}:%{POSINT:clientport}\])? %{DATA:errorcode}: %{GREEDYDATA:message}`,
  HTTPD_ERRORLOG: '%{HTTPD20_ERRORLOG}|%{HTTPD24_ERRORLOG}',

  HAPROXYTIME: '%{HOUR:haproxy_hour}:%{MINUTE:haproxy_minute}:%{SECOND:haproxy_second}',
  HAPROXYDATE:
    '%{MONTHDAY:haproxy_monthday}/%{MONTH:haproxy_month}/%{YEAR:haproxy_year}:%{HAPROXYTIME:haproxy_time}.%{INT:haproxy_milliseconds}',
  HAPROXYCAPTUREDREQUESTHEADERS: '%{DATA:captured_request_headers}',
  HAPROXYCAPTUREDRESPONSEHEADERS: '%{DATA:captured_response_headers}',
  HAPROXYHTTP: `${haproxyHead()} ${slashed('INT:time_request', 'INT:time_queue', 'INT:time_backend_connect', 'INT:time_backend_response', 'NOTSPACE:time_duration')} %{INT:http_status_code} %{NOTSPACE:bytes_read} %{DATA:captured_request_cookie} %{DATA:captured_response_cookie} ${haproxyTail()} \\{%{HAPROXYCAPTUREDREQUESTHEADERS}\\} \\{%{HAPROXYCAPTUREDRESPONSEHEADERS}\\} "%{WORD:http_verb} %{URIPATHPARAM:http_request} HTTP/%{NUMBER:http_version}"`,
  HAPROXYTCP: `${haproxyHead()} ${slashed('INT:time_queue', 'INT:time_backend_connect', 'NOTSPACE:time_duration')} %{NOTSPACE:bytes_read} ${haproxyTail()}`,
};

function haproxyHead(): string {
  return String.raw`%{SYSLOGTIMESTAMP:syslog_timestamp} %{IPORHOST:syslog_server} %{SYSLOGPROG}: %{IP:client_ip}:%{INT:client_port} \[%{HAPROXYDATE:accept_date}\] %{NOTSPACE:frontend_name} %{NOTSPACE:backend_name}/%{NOTSPACE:server_name}`;
}

function haproxyTail(): string {
  const connections = slashed('INT:actconn', 'INT:feconn', 'INT:beconn', 'INT:srvconn', 'NOTSPACE:retries');
  return `%{NOTSPACE:termination_state} ${connections} ${slashed('INT:srv_queue', 'INT:backend_queue')}`;
}

function slashed(...references: readonly string[]): string {
  return references.map((reference) => `%{${reference}}`).join('/');
}
