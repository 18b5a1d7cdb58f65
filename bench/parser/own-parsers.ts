/** Parsers of the two kinds of log that no product stands for: pairs, and columns. */
export const KV_PARSER = `
filter {
  mutate {
    replace => { "action" => "" "user" => "" "url" => "" }
  }
  kv { source => "message" field_split => " " value_split => "=" trim_value => "\\"" on_error => "not_kv" }
  if [not_kv] { drop { tag => "TAG_MALFORMED_MESSAGE" } }
  date { match => ["time", "UNIX"] on_error => "no_time" }
  mutate {
    replace => {
      "event.idm.read_only_udm.metadata.vendor_name" => "Example"
      "event.idm.read_only_udm.metadata.product_name" => "Firewall"
      "event.idm.read_only_udm.metadata.event_type" => "NETWORK_CONNECTION"
    }
  }
  if [action] == "deny" { mutate { replace => { "result.a" => "BLOCK" } } } else { mutate { replace => { "result.a" => "ALLOW" } } }
  mutate { merge => { "security_result.action" => "result.a" } }
  mutate { merge => { "event.idm.read_only_udm.security_result" => "security_result" } }
  mutate {
    convert => { "srcport" => "integer" "dstport" => "integer" "sentbyte" => "uinteger" "rcvdbyte" => "uinteger" }
    on_error => "bad_number"
  }
  mutate {
    rename => {
      "srcport" => "event.idm.read_only_udm.principal.port"
      "dstport" => "event.idm.read_only_udm.target.port"
      "sentbyte" => "event.idm.read_only_udm.network.sent_bytes"
      "rcvdbyte" => "event.idm.read_only_udm.network.received_bytes"
      "url" => "event.idm.read_only_udm.target.url"
    }
  }
  mutate { merge => { "event.idm.read_only_udm.principal.ip" => "srcip" } on_error => "no_source" }
  mutate { merge => { "event.idm.read_only_udm.target.ip" => "dstip" } on_error => "no_target" }
  if [user] != "" { mutate { replace => { "event.idm.read_only_udm.principal.user.userid" => "%{user}" } } }
  mutate { merge => { "@output" => "event" } }
}`;

export const CSV_PARSER = `
filter {
  csv { source => "message" separator => "," on_error => "not_csv" }
  if [not_csv] { drop { tag => "TAG_MALFORMED_MESSAGE" } }
  date { match => ["column1", "UNIX"] on_error => "no_time" }
  mutate {
    replace => {
      "event.idm.read_only_udm.metadata.vendor_name" => "Example"
      "event.idm.read_only_udm.metadata.product_name" => "Gateway"
      "event.idm.read_only_udm.metadata.event_type" => "NETWORK_HTTP"
      "event.idm.read_only_udm.target.url" => "%{column8}"
      "event.idm.read_only_udm.network.http.user_agent" => "%{column10}"
    }
  }
  if [column7] == "block" { mutate { replace => { "action" => "BLOCK" } } } else { mutate { replace => { "action" => "ALLOW" } } }
  mutate { merge => { "security_result.action" => "action" } }
  mutate { merge => { "event.idm.read_only_udm.security_result" => "security_result" } }
  mutate { convert => { "column3" => "integer" "column5" => "integer" "column9" => "uinteger" } on_error => "bad_number" }
  mutate {
    rename => {
      "column3" => "event.idm.read_only_udm.principal.port"
      "column5" => "event.idm.read_only_udm.target.port"
      "column9" => "event.idm.read_only_udm.network.received_bytes"
    }
  }
  mutate { merge => { "event.idm.read_only_udm.principal.ip" => "column2" } }
  mutate { merge => { "event.idm.read_only_udm.target.ip" => "column4" } }
  mutate { merge => { "@output" => "event" } }
}`;
