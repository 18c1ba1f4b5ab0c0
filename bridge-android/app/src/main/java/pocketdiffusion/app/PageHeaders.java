package pocketdiffusion.app;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What goes with everything that is served. The policy is the one of build/serve.ts, word for word (a spec compares them). The
 * page is cross-origin isolated where the WebView can be: it must say so by a policy of the document besides.
 */
final class PageHeaders {
  static final String POLICY =
      "default-src 'none'; "
          + "script-src 'self' 'wasm-unsafe-eval'; "
          + "worker-src 'self'; "
          + "connect-src 'self' blob: https: ws://127.0.0.1:*; "
          + "style-src 'self'; "
          + "img-src 'self' blob:; "
          + "manifest-src 'self'; "
          + "base-uri 'none'; "
          + "form-action 'none'; "
          + "frame-ancestors 'none'";

  static final Map<String, String> ALL = all();

  private PageHeaders() {}

  private static Map<String, String> all() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Document-Isolation-Policy", "isolate-and-require-corp");
    headers.put("Cross-Origin-Opener-Policy", "same-origin");
    headers.put("Cross-Origin-Embedder-Policy", "require-corp");
    headers.put("Cross-Origin-Resource-Policy", "same-origin");
    headers.put("Content-Security-Policy", POLICY);
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put("Referrer-Policy", "no-referrer");
    headers.put("Cache-Control", "no-cache");
    return Collections.unmodifiableMap(headers);
  }
}
