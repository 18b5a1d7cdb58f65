import type { PatternTable } from './pattern-table.ts';

const SRC_USER = userOf('src');
const DST_USER = userOf('dst');
const SRC = '%{IP:src_ip}/%{INT:src_port}';
const DST = '%{IP:dst_ip}/%{INT:dst_port}';
const SRC_AT = `%{DATA:src_interface}:${SRC}`;
const DST_AT = `%{DATA:dst_interface}:${DST}`;
const ICMP = String.raw`\(type %{INT:icmp_type}, code %{INT:icmp_code}\)`;
const HASHES = String.raw`\[%{DATA:hashcode1}, %{DATA:hashcode2}\]`;
const ACTION = '%{CISCO_ACTION:action} %{WORD:protocol}';
const STATE = '%{CISCO_ACTION:action}(?: %{CISCO_DIRECTION:direction})? %{WORD:protocol}';

function userOf(side: string): string {
  return String.raw`(?:\(%{DATA:${side}_fwuser}\))?`;
}

/** An address with its port in parentheses, as access lists log it. */
function listed(side: string): string {
  return String.raw`%{DATA:${side}_interface}/%{IP:${side}_ip}\(%{INT:${side}_port}\)`;
}

function mapped(side: string): string {
  return String.raw`(?: \(%{IP:${side}_mapped_ip}/%{INT:${side}_mapped_port}\))?`;
}

function natted(token: string): string {
  return String.raw`end\s*%{DATA:${token}}\s*behind a NAT device`;
}

/** Messages of Cisco's ASA, by their numbers, and NetScreen's sessions. */
export const FIREWALL_PATTERNS: PatternTable = {
  NETSCREENSESSIONLOG: [
    '%{SYSLOGTIMESTAMP:date} %{IPORHOST:device} %{IPORHOST}: NetScreen device_id=%{WORD:device_id}%{DATA}:',
    'start_time=%{QUOTEDSTRING:start_time} duration=%{INT:duration} policy_id=%{INT:policy_id}',
    'service=%{DATA:service} proto=%{INT:proto} src zone=%{WORD:src_zone} dst zone=%{WORD:dst_zone}',
    'action=%{WORD:action} sent=%{INT:sent} rcvd=%{INT:rcvd} src=%{IPORHOST:src_ip} dst=%{IPORHOST:dst_ip}',
    'src_port=%{INT:src_port} dst_port=%{INT:dst_port}',
    'src-xlated ip=%{IPORHOST:src_xlated_ip} port=%{INT:src_xlated_port}',
    'dst-xlated ip=%{IPORHOST:dst_xlated_ip} port=%{INT:dst_xlated_port}',
    'session_id=%{INT:session_id} reason=%{GREEDYDATA:reason}',
  ].join(' '),

  CISCO_TAGGED_SYSLOG:
    '^<%{POSINT:syslog_pri}>%{CISCOTIMESTAMP:timestamp}(?: %{SYSLOGHOST:sysloghost})?: %%{CISCOTAG:ciscotag}:',
  CISCOTIMESTAMP: '%{MONTH} +%{MONTHDAY}(?: %{YEAR})? %{TIME}',
  CISCOTAG: '[A-Z0-9]+-%{INT}-[A-Z0-9_]+',
  CISCO_ACTION:
    'Built|Teardown|Deny|Denied|denied|requested|permitted|denied by ACL|discarded|est-allowed|Dropping|created|deleted',
  CISCO_REASON: String.raw`Duplicate TCP SYN|Failed to locate egress interface|Invalid transport field|No matching connection|DNS Response|DNS Query|(?:%{WORD}\s*)*`,
  CISCO_DIRECTION: '[Ii]nbound|[Oo]utbound',
  CISCO_INTERVAL: 'first hit|%{INT}-second interval',
  CISCO_XLATE_TYPE: 'static|dynamic',

  CISCOFW106001: `%{CISCO_DIRECTION:direction} %{WORD:protocol} connection %{CISCO_ACTION:action} from ${SRC} to ${DST} flags %{GREEDYDATA:tcp_flags} on interface %{GREEDYDATA:interface}`,
  CISCOFW106006_106007_106010: `%{CISCO_ACTION:action} %{CISCO_DIRECTION:direction} %{WORD:protocol} (?:from|src) ${SRC}${SRC_USER} (?:to|dst) ${DST}${DST_USER} (?:on interface %{DATA:interface}|due to %{CISCO_REASON:reason})`,
  CISCOFW106014: `%{CISCO_ACTION:action} %{CISCO_DIRECTION:direction} %{WORD:protocol} src %{DATA:src_interface}:%{IP:src_ip}${SRC_USER} dst %{DATA:dst_interface}:%{IP:dst_ip}${DST_USER} ${ICMP}`,
  CISCOFW106015: String.raw`${ACTION} \(%{DATA:policy_id}\) from ${SRC} to ${DST} flags %{DATA:tcp_flags}  on interface %{GREEDYDATA:interface}`,
  CISCOFW106021: `${ACTION} reverse path check from %{IP:src_ip} to %{IP:dst_ip} on interface %{GREEDYDATA:interface}`,
  CISCOFW106023: `${ACTION} src %{DATA:src_interface}:%{IP:src_ip}(?:/%{INT:src_port})?${SRC_USER} dst %{DATA:dst_interface}:%{IP:dst_ip}(?:/%{INT:dst_port})?${DST_USER}(?: ${ICMP})? by access-group %{DATA:policy_id} ${HASHES}`,
  CISCOFW106100_2_3: `access-list %{NOTSPACE:policy_id} ${ACTION} for user '%{DATA:src_fwuser}' ${listed('src')} -> ${listed('dst')} hit-cnt %{INT:hit_count} %{CISCO_INTERVAL:interval} ${HASHES}`,
  CISCOFW106100: `access-list %{WORD:policy_id} ${ACTION} ${listed('src')}${SRC_USER} -> ${listed('dst')}${SRC_USER} hit-cnt %{INT:hit_count} %{CISCO_INTERVAL:interval} ${HASHES}`,
  CISCOFW110002: `%{CISCO_REASON:reason} for %{WORD:protocol} from ${SRC_AT} to ${DST}`,
  CISCOFW302010: '%{INT:connection_count} in use, %{INT:connection_count_max} most used',
  CISCOFW302013_302014_302015_302016: String.raw`${STATE} connection %{INT:connection_id} for ${SRC_AT}${mapped('src')}${SRC_USER} to ${DST_AT}${mapped('dst')}${DST_USER}(?: duration %{TIME:duration} bytes %{INT:bytes})?(?: %{CISCO_REASON:reason})?(?: \(%{DATA:user}\))?`,
  CISCOFW302020_302021: String.raw`${STATE} connection for faddr %{IP:dst_ip}/%{INT:icmp_seq_num}(?:\(%{DATA:fwuser}\))? gaddr %{IP:src_xlated_ip}/%{INT:icmp_code_xlated} laddr %{IP:src_ip}/%{INT:icmp_code}(?: \(%{DATA:user}\))?`,
  CISCOFW305011: `%{CISCO_ACTION:action} %{CISCO_XLATE_TYPE:xlate_type} %{WORD:protocol} translation from %{DATA:src_interface}:%{IP:src_ip}(?:/%{INT:src_port})?${SRC_USER} to %{DATA:src_xlated_interface}:%{IP:src_xlated_ip}/%{DATA:src_xlated_port}`,
  CISCOFW313001_313004_313008: `${ACTION} type=%{INT:icmp_type}, code=%{INT:icmp_code} from %{IP:src_ip} on interface %{DATA:interface}(?: to %{IP:dst_ip})?`,
  CISCOFW313005: String.raw`%{CISCO_REASON:reason} for %{WORD:protocol} error message: %{WORD:err_protocol} src %{DATA:err_src_interface}:%{IP:err_src_ip}${userOf('err_src')} dst %{DATA:err_dst_interface}:%{IP:err_dst_ip}${userOf('err_dst')} \(type %{INT:err_icmp_type}, code %{INT:err_icmp_code}\) on %{DATA:interface} interface\.  Original IP payload: %{WORD:protocol} src %{IP:orig_src_ip}/%{INT:orig_src_port}${userOf('orig_src')} dst %{IP:orig_dst_ip}/%{INT:orig_dst_port}${userOf('orig_dst')}`,
  CISCOFW402117: String.raw`%{WORD:protocol}: Received a non-IPSec packet \(protocol= %{WORD:orig_protocol}\) from %{IP:src_ip} to %{IP:dst_ip}`,
  CISCOFW402119: String.raw`%{WORD:protocol}: Received an %{WORD:orig_protocol} packet \(SPI= %{DATA:spi}, sequence number= %{DATA:seq_num}\) from %{IP:src_ip} \(user= %{DATA:user}\) to %{IP:dst_ip} that failed anti-replay checking`,
  CISCOFW419001: `${ACTION} packet from ${SRC_AT} to ${DST_AT}, reason: %{GREEDYDATA:reason}`,
  CISCOFW419002: `%{CISCO_REASON:reason} from ${SRC_AT} to ${DST_AT} with different initial sequence number`,
  CISCOFW500004: `%{CISCO_REASON:reason} for protocol=%{WORD:protocol}, from ${SRC} to ${DST}`,
  CISCOFW602303_602304: String.raw`%{WORD:protocol}: An %{CISCO_DIRECTION:direction} %{GREEDYDATA:tunnel_type} SA \(SPI= %{DATA:spi}\) between %{IP:src_ip} and %{IP:dst_ip} \(user= %{DATA:user}\) has been %{CISCO_ACTION:action}`,
  CISCOFW710001_710002_710003_710005_710006: `%{WORD:protocol} (?:request|access) %{CISCO_ACTION:action} from ${SRC} to ${DST_AT}`,
  CISCOFW713172: String.raw`Group = %{GREEDYDATA:group}, IP = %{IP:src_ip}, Automatic NAT Detection Status:\s+Remote ${natted('is_remote_natted')}\s+This\s+${natted('is_local_natted')}`,
  CISCOFW733100: String.raw`\[\s*%{DATA:drop_type}\s*\] drop %{DATA:drop_rate_id} exceeded. Current burst rate is %{INT:drop_rate_current_burst} per second, max configured rate is %{INT:drop_rate_max_burst}; Current average rate is %{INT:drop_rate_current_avg} per second, max configured rate is %{INT:drop_rate_max_avg}; Cumulative total count is %{INT:drop_total_count}`,

  // Juniper's branch firewalls.
  RT_FLOW_EVENT: 'RT_FLOW_SESSION_(?:CREATE|CLOSE|DENY)',
  SHOREWALL: String.raw`%{SYSLOGTIMESTAMP:timestamp} %{WORD:nf_host} kernel:.*Shorewall:%{WORD:nf_action1}?:%{WORD:nf_action2}?.*IN=%{USERNAME:nf_in_interface}?.*OUT=%{USERNAME:nf_out_interface}?.*MAC=(?:%{COMMONMAC:nf_dst_mac}:%{COMMONMAC:nf_src_mac})?.*SRC=%{IPV4:nf_src_ip}.*DST=%{IPV4:nf_dst_ip}.*LEN=%{WORD:nf_len}.*TOS=%{WORD:nf_tos}.*PREC=%{WORD:nf_prec}.*TTL=%{INT:nf_ttl}.*ID=%{INT:nf_id}.*PROTO=%{WORD:nf_protocol}(?:.*SPT=%{INT:nf_src_port}.*DPT=%{INT:nf_dst_port})?`,
};
