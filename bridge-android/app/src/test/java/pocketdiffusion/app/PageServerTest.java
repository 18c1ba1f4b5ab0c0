package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.Test;

/** Addresses, types, parts: what is served, and what is not. */
public final class PageServerTest {
  private static final String TEXT = "0123456789";

  /** What was asked of the package, and whether each was closed. */
  private final List<String> opened = new ArrayList<>();
  private int closed = 0;

  private final PageServer server =
      PageServer.of(
          path -> {
            opened.add(path);
            if (path.contains("none")) throw new FileNotFoundException(path);
            return new Stubborn(TEXT) {
              @Override
              public void close() {
                closed++;
              }
            };
          });

  /** A stream that skips nothing now and then, and reads less than it is asked for, as streams may. */
  private static class Stubborn extends ByteArrayInputStream {
    private boolean lazy = false;

    Stubborn(String text) {
      super(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public synchronized long skip(long bytes) {
      lazy = !lazy;
      return lazy ? 0 : super.skip(Math.min(bytes, 2));
    }

    @Override
    public synchronized int read(byte[] into, int from, int length) {
      return super.read(into, from, Math.min(length, 3));
    }
  }

  private Served get(String rest) {
    return server.answer("GET", PageServer.ORIGIN + rest);
  }

  private static String text(Served served) throws IOException {
    try (InputStream in = served.body) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  @Test
  public void anAddressNamesAFile() {
    for (String[] row :
        new String[][] {
          {"", "index.html"},
          {"/", "index.html"},
          {"/?x=1", "index.html"},
          {"?x", "index.html"},
          {"/#top", "index.html"},
          {"/demo/", "demo/index.html"},
          {"/ort/ort-wasm.wasm", "ort/ort-wasm.wasm"},
          {"/a%20b/%E6%BC%A2.json?v=2#x", "a b/漢.json"},
          {"/a?o", "a"},
          {"/...", "..."},
        }) {
      opened.clear();
      assertEquals(row[0], 200, get(row[0]).status);
      assertEquals(row[0], row[1], opened.get(0));
    }
  }

  @Test
  public void whatNamesNoFileOpensNothing() {
    for (String rest :
        new String[] {
          "/../secret", "/a/../../secret", "/%2e%2e/secret", "/..%2fsecret", "/a//b", "/./a", "/%2Fetc", "/a%5cb", "/a\\b",
          "/%00", "/%", "/%2", "/%2z", "/%zz", "/%ff%fe", "/%+1",
        }) {
      assertEquals(rest, 404, get(rest).status);
    }
    assertEquals(new ArrayList<String>(), opened);
  }

  @Test
  public void whatIsMissingIsA404AndAnotherMethodA405() throws IOException {
    Served none = get("/none.js");
    assertEquals(404, none.status);
    assertEquals("text/plain", none.type);
    assertEquals("404\n", text(none));
    for (String method : new String[] {"POST", "PUT", "OPTIONS", "get"}) {
      assertEquals(405, server.answer(method, PageServer.HOME).status);
    }
    assertEquals(200, server.answer("HEAD", PageServer.HOME).status);
  }

  @Test
  public void typesGoByTheEnding() {
    for (String[] row :
        new String[][] {
          {"/", "text/html", "utf-8"},
          {"/a.js", "text/javascript", "utf-8"},
          {"/a.mjs", "text/javascript", "utf-8"},
          {"/a.css", "text/css", "utf-8"},
          {"/a.json", "application/json", "utf-8"},
          {"/manifest.webmanifest", "application/manifest+json", "utf-8"},
          {"/a.svg", "image/svg+xml", null},
          {"/a.PNG", "image/png", null},
          {"/a.wasm", "application/wasm", null},
          {"/a.onnx", "application/octet-stream", null},
          {"/a.safetensors", "application/octet-stream", null},
          {"/js", "text/javascript", "utf-8"},
          {"/a", "application/octet-stream", null},
        }) {
      Served served = get(row[0]);
      assertEquals(row[0], row[1], served.type);
      assertEquals(row[0], row[2], served.encoding());
    }
  }

  @Test
  public void aPartIsWhatWasAskedForOrWhatThereIsOfIt() throws IOException {
    assertEquals("0", text(get("/a?o=0&n=1")));
    assertEquals("3456", text(get("/a?o=3&n=4")));
    assertEquals("789", text(get("/a?o=7&n=67108864")));
    assertEquals(TEXT, text(get("/a?o=0&n=10#x")));
    StringBuilder all = new StringBuilder();
    for (int offset = 0; offset < TEXT.length(); offset += 3) all.append(text(get("/a?o=" + offset + "&n=3")));
    assertEquals(TEXT, all.toString());
    assertEquals(8, closed);
  }

  @Test
  public void aPartTellsWhatIsLeftOfItAndSkipsNoFurther() throws IOException {
    InputStream part = get("/a?o=2&n=5").body;
    assertEquals(5, part.available());
    assertEquals('2', part.read());
    while (part.skip(100) > 0) {
      // A stream may skip in small steps.
    }
    assertEquals(-1, part.read());
    assertEquals(0, part.available());
  }

  @Test
  public void aPartThatBeginsAtTheEndOrLaterIsA416AndNothingStaysOpen() {
    assertEquals(416, get("/a?o=10&n=1").status);
    assertEquals(416, get("/a?o=999999999999999&n=1").status);
    assertEquals(2, closed);
  }

  @Test
  public void whatAsksForNoPartThatThereCanBeIsA400() {
    for (String query : new String[] {"o=1", "o=-1&n=1", "o=01&n=1", "o=0&n=0", "o=0&n=67108865", "o=0&n=1&x", "o=x&n=1", "o=0&n=1e3"}) {
      assertEquals(query, 400, get("/a?" + query).status);
    }
    assertEquals(new ArrayList<String>(), opened);
  }

  @Test
  public void onlyTheExactOriginIsOurs() {
    for (String url : new String[] {"", "/", "/x", "?x", "#x"}) assertTrue(url, PageServer.isOurs(PageServer.ORIGIN + url));
    for (String url :
        new String[] {
          PageServer.ORIGIN + ":443/", PageServer.ORIGIN + "@x.org/", PageServer.ORIGIN + ".x.org/", "http" + PageServer.HOME.substring(5),
          "blob:" + PageServer.HOME, "https://x.org/?" + PageServer.HOME, "about:blank", "",
        }) {
      assertFalse(url, PageServer.isOurs(url));
    }
  }

  @Test
  public void aPartIsNoneWithoutItsTwoNumbers() {
    assertNull(Part.of(""));
    assertEquals(7, Part.of("o=7&n=9").offset);
    assertEquals(9, Part.of("o=7&n=9").bytes);
  }
}
