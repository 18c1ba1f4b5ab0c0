package pocketdiffusion.app;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.Test;

/** A file that comes out of the page piece by piece, and ways in which it does not. */
public final class BlobPullTest {
  private static final String URL = "blob:https://appassets.androidplatform.net/0a1b2c3d-0000-4000-8000-123456789abc";

  private final FakeFrame.End[] ends = Arrays.copyOf(new FakeFrame().channel(), 2, FakeFrame.End[].class);
  private final List<IOException> heard = new ArrayList<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int closed = 0;
  private boolean full = false;

  private BlobPull pull() {
    OutputStream counted =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            if (full) throw new IOException("full");
            out.write(value);
          }

          @Override
          public void close() {
            closed++;
          }
        };
    return BlobPull.over(ends[0], counted, Runnable::run, Runnable::run, heard::add);
  }

  @Test
  public void piecesAreAskedForOneByOneAndWrittenInOrder() {
    pull().next();
    assertEquals(Collections.singletonList("next"), ends[1].heard);
    ends[1].post("AQID");
    ends[1].post("BAU=");
    assertEquals(Arrays.asList("next", "next", "next"), ends[1].heard);
    assertTrue(heard.isEmpty());
    ends[1].post("");
    assertArrayEquals(new byte[] {1, 2, 3, 4, 5}, out.toByteArray());
    assertEquals(1, closed);
    assertEquals(1, heard.size());
    assertNull(heard.get(0));
    assertTrue(ends[0].closed);
  }

  @Test
  public void aPageThatFailsOrSaysNonsenseIsToldOnce() {
    for (String text : new String[] {"!", null, "no base64!"}) {
      heard.clear();
      FakeFrame.End[] fresh = Arrays.copyOf(new FakeFrame().channel(), 2, FakeFrame.End[].class);
      BlobPull.over(fresh[0], out, Runnable::run, Runnable::run, heard::add);
      fresh[1].post(text);
      fresh[1].post("AQID");
      assertEquals(text, 1, heard.size());
      assertNotNull(text, heard.get(0));
    }
    assertEquals(0, out.size());
  }

  @Test
  public void whatWasUnderWayWhenItEndedIsNotWritten() {
    List<Runnable> later = new ArrayList<>();
    BlobPull.over(ends[0], out, later::add, Runnable::run, heard::add);
    for (String text : new String[] {"AQID", "!", "AQID", ""}) ends[1].post(text);
    later.forEach(Runnable::run);
    assertArrayEquals(new byte[] {1, 2, 3}, out.toByteArray());
    assertEquals(1, heard.size());
    assertNotNull(heard.get(0));
  }

  @Test
  public void aFullDiskEndsIt() {
    pull();
    full = true;
    ends[1].post("AQID");
    assertEquals("full", heard.get(0).getMessage());
    assertEquals(1, closed);
  }

  @Test
  public void aPageThatGoesEndsIt() {
    BlobPull pull = pull();
    ends[1].post("AQID");
    pull.end();
    pull.end();
    assertEquals(1, heard.size());
    assertNotNull(heard.get(0));
    assertEquals(1, closed);
  }

  @Test
  public void onlyThePagesOwnAddressesAreFetched() {
    assertTrue(BlobPull.canPull(URL));
    assertTrue(BlobPull.script(URL).contains("fetch('" + URL + "')"));
    for (String url :
        new String[] {
          "blob:https://example.com/0a1b", "https://appassets.androidplatform.net/main.js", "blob:null/0a1b", URL + "'", URL + "\n",
          "blob:https://appassets.androidplatform.net/');alert(1)//", "data:,x", "",
        }) {
      assertFalse(url, BlobPull.canPull(url));
    }
  }
}
