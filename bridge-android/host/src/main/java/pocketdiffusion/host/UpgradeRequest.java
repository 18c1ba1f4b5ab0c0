package pocketdiffusion.host;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The HTTP request with which a WebSocket begins (RFC 6455 section 4.2.1), strictly: what a browser does not send is none.
 *
 * <p>Invariant: names are in lower case, each once, but for those that may be lists.
 */
final class UpgradeRequest {
  /** RFC 6455 section 1.3. */
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final List<String> LISTS = Arrays.asList("connection", "sec-websocket-protocol", "sec-websocket-extensions");
  private static final int KEY_BYTES = 16;

  private final Map<String, String> fields;

  private UpgradeRequest(Map<String, String> fields) {
    this.fields = fields;
  }

  /** {@code head}: all up to the empty line; null where it is no such request. */
  static UpgradeRequest read(String head) {
    String[] lines = head.split("\r\n", -1);
    if (!lines[0].matches("GET /\\S* HTTP/1\\.1")) return null;
    Map<String, String> fields = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon < 0 || !NAME.matcher(lines[i].substring(0, colon)).matches()) return null;
      String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
      String value = lines[i].substring(colon + 1).trim();
      String before = fields.put(name, value);
      if (before == null) continue;
      if (!LISTS.contains(name)) return null;
      fields.put(name, before + "," + value);
    }
    UpgradeRequest request = new UpgradeRequest(fields);
    return request.isSound() ? request : null;
  }

  /** Empty where there is none. */
  String field(String name) {
    return fields.getOrDefault(name.toLowerCase(Locale.ROOT), "");
  }

  /** What lets it in, as it speaks {@code protocol}. */
  String accepted(String protocol) {
    return "HTTP/1.1 101 Switching Protocols\r\n"
        + "Upgrade: websocket\r\n"
        + "Connection: Upgrade\r\n"
        + ("Sec-WebSocket-Accept: " + proof(field("Sec-WebSocket-Key")) + "\r\n")
        + ("Sec-WebSocket-Protocol: " + protocol + "\r\n")
        + "\r\n";
  }

  /** {@code status}: such as {@code 403 Forbidden}. */
  static String refused(String status) {
    return "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  }

  private boolean isSound() {
    return field("Upgrade").equalsIgnoreCase("websocket")
        && Arrays.asList(field("Connection").toLowerCase(Locale.ROOT).split("[ \t]*,[ \t]*")).contains("upgrade")
        && field("Sec-WebSocket-Version").equals("13")
        && keyBytes() == KEY_BYTES;
  }

  private int keyBytes() {
    try {
      return Base64.getDecoder().decode(field("Sec-WebSocket-Key")).length;
    } catch (IllegalArgumentException notBase64) {
      return -1;
    }
  }

  private static String proof(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      return Base64.getEncoder().encodeToString(sha1.digest((key + GUID).getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }
}
