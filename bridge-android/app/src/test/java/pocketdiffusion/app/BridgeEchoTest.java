package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.Test;

/** The way to the page and back, on a clock that moves with each look at it. */
public final class BridgeEchoTest {
  private final FakeFrame frame = new FakeFrame();
  private final List<Map<String, Object>> found = new ArrayList<>();
  private long now = 0;
  private final BridgeEcho echo = BridgeEcho.begin(frame, () -> now += 1_500_000, found::add);

  private String first() {
    return frame.port.heard.get(0);
  }

  @Test
  public void aPageThatSaysWhatItHearsIsMeasuredOnceItIsWarm() {
    assertEquals(Collections.singletonList(BridgeEcho.SCRIPT), frame.scripts);
    assertEquals(Collections.singletonList(BridgeEcho.GREETING), frame.heard);
    assertEquals("64 KiB in base64", 87_384, first().length());
    int[] times = {0};
    frame.port.listen(
        text -> {
          times[0]++;
          frame.port.post(text);
        });
    frame.port.post(first());
    assertEquals(BridgeEcho.WARM + BridgeEcho.TIMES, times[0] + 1);
    assertEquals("[{runs=50, p50Milliseconds=1.5, p95Milliseconds=1.5}]", found.toString());
  }

  @Test
  public void aPageThatSaysSomethingElseIsNotMeasured() {
    frame.port.post(first().replaceAll("^.", "/"));
    assertEquals(1, found.size());
    assertNull(found.get(0));
    frame.port.post(first());
    assertEquals("once", 1, found.size());
  }

  @Test
  public void whatIsNoBase64IsSomethingElse() {
    frame.port.post(null);
    assertNull(found.get(0));
  }

  @Test
  public void whoEndedItHearsNothing() {
    echo.end();
    frame.port.post(first());
    assertTrue(found.isEmpty());
  }
}
