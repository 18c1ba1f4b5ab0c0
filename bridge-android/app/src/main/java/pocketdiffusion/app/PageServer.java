package pocketdiffusion.app;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The packaged page at an address of its own, which no network ever sees: Android keeps this name for apps.
 *
 * <p>Invariant: what is opened has a path of the package's own folder, without {@code ..}.
 */
final class PageServer {
  static final String ORIGIN = "https://appassets.androidplatform.net";
  static final String HOME = ORIGIN + "/";

  /** The files of the page. */
  interface Files {
    /** {@code FileNotFoundException} or another {@code IOException} where there is none. */
    InputStream open(String path) throws IOException;
  }

  private final Files files;

  private PageServer(Files files) {
    this.files = files;
  }

  static PageServer of(Files files) {
    return new PageServer(files);
  }

  /** Whether an address is the page's: its scheme, its host, no port, no name before an at sign. */
  static boolean isOurs(String url) {
    return url.equals(ORIGIN) || url.startsWith(HOME) || url.startsWith(ORIGIN + "?") || url.startsWith(ORIGIN + "#");
  }

  /** What is answered to a request for an address that {@code isOurs}. From any thread. */
  Served answer(String method, String url) {
    if (!method.equals("GET") && !method.equals("HEAD")) return Served.refusal(405, "Method Not Allowed");
    String rest = url.substring(ORIGIN.length()).replaceFirst("#.*", "");
    int mark = rest.indexOf('?');
    String path = pathOf(mark < 0 ? rest : rest.substring(0, mark));
    if (path == null) return Served.refusal(404, "Not Found");
    String query = mark < 0 ? "" : rest.substring(mark + 1);
    boolean whole = !query.startsWith("o=");
    Part part = Part.of(query);
    if (!whole && part == null) return Served.refusal(400, "Bad Request");
    return open(path, part);
  }

  private Served open(String path, Part part) {
    InputStream in = null;
    try {
      in = files.open(path);
      Served served = Served.of(MediaTypes.of(path), part == null ? in : part.of(in));
      in = null;
      return served;
    } catch (EOFException beyond) {
      return Served.refusal(416, "Range Not Satisfiable");
    } catch (IOException none) {
      return Served.refusal(404, "Not Found");
    } finally {
      close(in);
    }
  }

  private static void close(InputStream in) {
    try {
      if (in != null) in.close();
    } catch (IOException nothingIsLost) {
      // It was only read.
    }
  }

  /** The file that a path of an address names; null where it can name none. */
  private static String pathOf(String escaped) {
    String path = unescaped(escaped.startsWith("/") ? escaped.substring(1) : escaped);
    if (path == null || path.indexOf('\0') >= 0 || path.indexOf('\\') >= 0) return null;
    if (path.isEmpty() || path.endsWith("/")) path += "index.html";
    for (String name : path.split("/", -1)) {
      if (Arrays.asList("", ".", "..").contains(name)) return null;
    }
    return path;
  }

  /** Null where an escape is none, or the bytes are no UTF-8. */
  private static String unescaped(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if (each != '%') {
        byte[] plain = String.valueOf(each).getBytes(StandardCharsets.UTF_8);
        bytes.write(plain, 0, plain.length);
        continue;
      }
      int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
      int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
      if (high < 0 || low < 0) return null;
      bytes.write(16 * high + low);
      i += 2;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
    } catch (CharacterCodingException notUtf8) {
      return null;
    }
  }
}
