package pocketdiffusion.app;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** What is answered to a request. Whoever gets it closes {@code body}. */
final class Served {
  final int status;
  final String reason;
  final String type;
  final InputStream body;

  private Served(int status, String reason, String type, InputStream body) {
    this.status = status;
    this.reason = reason;
    this.type = type;
    this.body = body;
  }

  static Served of(String type, InputStream body) {
    return new Served(200, "OK", type, body);
  }

  /** A refusal is an answer like any other: its text is its number. */
  static Served refusal(int status, String reason) {
    byte[] text = (status + "\n").getBytes(StandardCharsets.US_ASCII);
    return new Served(status, reason, "text/plain", new ByteArrayInputStream(text));
  }

  /** Null where the type has none. */
  String encoding() {
    return MediaTypes.isText(type) ? "utf-8" : null;
  }
}
