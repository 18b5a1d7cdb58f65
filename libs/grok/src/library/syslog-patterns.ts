import type { PatternTable } from './pattern-table.ts';

/** Syslog in both its forms, and what writes to it. */
export const SYSLOG_PATTERNS: PatternTable = {
  // Printable, without the brackets that hold the pid.
  PROG: String.raw`[!-Z\\^-~]+`,
  SYSLOGPROG: String.raw`%{PROG:program}(?:\[%{POSINT:pid}\])?`,
  SYSLOGHOST: '%{IPORHOST}',
  SYSLOGFACILITY: '<%{NONNEGINT:facility}.%{NONNEGINT:priority}>',
  SYSLOGBASE: '%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:',
  SYSLOGBASE2:
    '(?:%{SYSLOGTIMESTAMP:timestamp}|%{TIMESTAMP_ISO8601:timestamp8601}) (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:',
  SYSLOGLINE: '%{SYSLOGBASE2} %{GREEDYDATA:message}',
  // The original looks ahead to capture all of this as the message as well; here the message is what is wrapped.
  SYSLOGPAMSESSION: String.raw`%{SYSLOGBASE} (?P<message>%{WORD:pam_module}\(%{DATA:pam_caller}\): session %{WORD:pam_session_state} for user %{USERNAME:username}(?: by %{GREEDYDATA:pam_by})?)`,
  CRON_ACTION: '[A-Z ]+',
  CRONLOG: String.raw`%{SYSLOGBASE} \(%{USER:user}\) %{CRON_ACTION:action} \(%{DATA:message}\)`,
  SYSLOG5424PRINTASCII: '[!-~]+',
  SYSLOG5424PRI: '<%{NONNEGINT:syslog5424_pri}>',
  SYSLOG5424SD: String.raw`\[%{DATA}\]+`,
  SYSLOG5424BASE: `%{SYSLOG5424PRI}%{NONNEGINT:syslog5424_ver} ${[
    '%{TIMESTAMP_ISO8601:syslog5424_ts}',
    '%{HOSTNAME:syslog5424_host}',
    '%{WORD:syslog5424_app}',
    '%{WORD:syslog5424_proc}',
    '%{WORD:syslog5424_msgid}',
    '%{SYSLOG5424SD:syslog5424_sd}',
  ]
    .map((field) => `(?:${field}|-)`)
    .join(' ')}`,
  SYSLOG5424LINE: '%{SYSLOG5424BASE} %{GREEDYDATA:syslog5424_msg}',
};
