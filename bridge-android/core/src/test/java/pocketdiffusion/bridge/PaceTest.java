package pocketdiffusion.bridge;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.Test;

/** What becomes of runs while the device is hot. */
public final class PaceTest {
  private final ToyEngine toy = new ToyEngine();
  private final List<Long> rests = new ArrayList<>();
  private final Pace pace = Pace.of(toy, (milliseconds, cancellation) -> rests.add(milliseconds));

  private void run(long milliseconds) throws BridgeFault {
    pace.before(new Cancellation());
    pace.ran(milliseconds);
  }

  @Test
  public void aCoolDeviceDoesNotRest() throws Exception {
    for (String thermal : new String[] {"none", "light", "moderate", "unknown"}) {
      toy.thermal = thermal;
      run(100);
      run(100);
      assertFalse(thermal, pace.status().json().contains("dutyPercent"));
    }
    assertEquals(Collections.emptyList(), rests);
  }

  /** Half of the time: as long as the last run was. */
  @Test
  public void aHotOneRestsAsLongAsItRan() throws Exception {
    toy.thermal = "severe";
    run(100);
    run(250);
    run(1_000_000);
    run(1);
    assertEquals(Arrays.asList(100L, 250L, Pace.LONGEST_REST_MILLISECONDS), rests);
    assertTrue(pace.status().json().contains("\"thermal\":\"severe\",\"dutyPercent\":50,"));
    assertTrue(pace.status().isAvailable(Status.NATIVE_CPU));
  }

  @Test
  public void aRestEndsWithACancel() throws Exception {
    Pace real = Pace.of(toy);
    toy.thermal = "severe";
    real.before(new Cancellation());
    real.ran(20_000);
    Cancellation canceled = new Cancellation();
    canceled.cancel();
    BridgeFault fault = assertThrows(BridgeFault.class, () -> real.before(canceled));
    assertEquals(BridgeFault.Code.ABORTED, fault.code);
  }

  @Test
  public void aTooHotOneComputesNothingNewAndSaysSo() throws Exception {
    Host host = Host.over(toy);
    Page page = Page.greetedBy(host);
    page.open(2, "1");
    page.hear();
    for (String thermal : new String[] {"critical", "emergency", "shutdown"}) {
      toy.thermal = thermal;
      BridgeFault fault = assertThrows(BridgeFault.class, () -> run(1));
      assertEquals("too-hot: run: expected below critical, got " + thermal, fault.getMessage());
      assertEquals("too-hot", pace.status().why(Status.NATIVE_CPU));
      assertEquals("what it has not at all, it has not for another reason", "no-npu", pace.status().why(Status.NPU));
    }
    page.open(3, "2");
    assertEquals("too-hot", page.hear().metadata.get("code"));
    page.run(4, "1");
    assertEquals("too-hot", page.hear().metadata.get("code"));
    toy.thermal = "none";
    page.run(5, "1");
    assertEquals("answer", page.hear().metadata.get("type"));
    host.close();
  }
}
