package pocketdiffusion.app;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** What a file is, by its ending, as build/serve.ts has it. */
final class MediaTypes {
  static final String BYTES = "application/octet-stream";
  private static final Map<String, String> TYPES = new HashMap<>();

  static {
    TYPES.put("html", "text/html");
    TYPES.put("js", "text/javascript");
    TYPES.put("mjs", "text/javascript");
    TYPES.put("css", "text/css");
    TYPES.put("json", "application/json");
    TYPES.put("webmanifest", "application/manifest+json");
    TYPES.put("svg", "image/svg+xml");
    TYPES.put("png", "image/png");
    TYPES.put("jpg", "image/jpeg");
    TYPES.put("webp", "image/webp");
    TYPES.put("txt", "text/plain");
    TYPES.put("wasm", "application/wasm");
  }

  private MediaTypes() {}

  /** {@code application/octet-stream} where the ending says nothing: weights, graphs. */
  static String of(String path) {
    String ending = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    String type = TYPES.get(ending);
    return type == null ? BYTES : type;
  }

  /** Whether its text is UTF-8, which must then be said. */
  static boolean isText(String type) {
    return type.startsWith("text/") || type.endsWith("json");
  }
}
