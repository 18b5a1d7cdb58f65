package logweave.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * The output record as docs/output-record.md has it, of events that spell their core fields canonically. What stands
 * where no outer join can know it: the reason of an orphan, and how far its nearest event was.
 */
final class FlatRecord {
  private static final Set<String> CORE = Set.of("timestamp", "src_ip", "src_port", "dst_ip", "dst_port");
  private static final Set<String> OWN =
      Set.of("correlated", "orphan_side", "keepalives", "orphan_reason", "orphan_nearest_ms", "a_timestamp", "b_timestamp");

  private final ObjectMapper json = new ObjectMapper();

  /** Either may be missing, not both. */
  byte[] merge(byte[] http, byte[] network) {
    try {
      ObjectNode a = http == null ? null : (ObjectNode) json.readTree(http);
      ObjectNode b = network == null ? null : (ObjectNode) json.readTree(network);
      return json.writeValueAsBytes(merge(a, b));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private ObjectNode merge(ObjectNode a, ObjectNode b) {
    ObjectNode lead = a == null ? b : a;
    ObjectNode out = json.createObjectNode();
    out.put("timestamp", rfc3339(lead.get("timestamp").asLong()));
    for (String name : new String[] {"src_ip", "src_port", "dst_ip", "dst_port"}) {
      JsonNode value = lead.get(name);
      if (value == null && b != null) value = b.get(name);
      if (value != null) out.set(name, value);
    }
    boolean pair = a != null && b != null;
    out.put("correlated", pair);
    out.put("orphan_side", pair ? "" : a == null ? "B" : "A");
    if (!pair) out.put("orphan_reason", "unknown");
    if (a != null) out.set("a_timestamp", a.get("timestamp"));
    if (b != null) out.set("b_timestamp", b.get("timestamp"));
    if (a != null) addOthers(out, a, b, "a_");
    if (b != null) addOthers(out, b, a, "b_");
    return out;
  }

  private static void addOthers(ObjectNode out, ObjectNode source, ObjectNode other, String prefix) {
    for (Map.Entry<String, JsonNode> field : source.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      if (CORE.contains(name)) {
        if (!name.equals("timestamp") && !value.equals(out.get(name))) out.set(prefix + name, value);
        continue;
      }
      JsonNode others = other == null ? null : other.get(name);
      boolean clash = OWN.contains(name) || (others != null && !others.equals(value));
      if (!clash) {
        out.set(name, value);
        continue;
      }
      String free = prefix + name;
      while (out.has(free)) free = prefix + free;
      out.set(free, value);
    }
  }

  private static String rfc3339(long nanoseconds) {
    String text = Instant.ofEpochSecond(Math.floorDiv(nanoseconds, 1_000_000_000L), Math.floorMod(nanoseconds, 1_000_000_000L)).toString();
    if (text.indexOf('.') < 0) return text;
    int end = text.length() - 1;
    while (text.charAt(end - 1) == '0') end--;
    if (text.charAt(end - 1) == '.') end--;
    return text.substring(0, end) + 'Z';
  }
}
