package pocketdiffusion.bridge;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.Test;

/** What is measured of a model, on a clock that the toy's work moves. */
public final class BenchmarkTest {
  private final ToyEngine toy = new ToyEngine();
  private final List<String> told = new ArrayList<>();
  private long now = 0;
  private long step = 1_000_000;

  /** Each look at the clock is {@code step} later than the last: so long does whatever is measured take. */
  private long tick() {
    now += step;
    return now;
  }

  private List<Map<String, Object>> run(Cancellation cancellation) throws BridgeFault {
    Benchmark.Listener listener = (offer, backend, done, of) -> told.add(offer.stage + " " + backend + " " + done + "/" + of);
    return Benchmark.run(toy, this::tick, toy.status().models.get(0), listener, cancellation);
  }

  private Map<String, Object> run() throws BridgeFault {
    List<Map<String, Object>> found = run(new Cancellation());
    assertEquals(1, found.size());
    return found.get(0);
  }

  @Test
  public void aNetworkIsOpenedTwiceAndRunUntilItIsWarm() throws Exception {
    assertEquals(
        "{stage=unet, batch=1, width=16, height=16, backend=native-cpu, openMilliseconds=1.0, reopenMilliseconds=1.0,"
            + " firstRunMilliseconds=1.0, runs=20, p50Milliseconds=1.0, p95Milliseconds=1.0, thermal=none}",
        run().toString());
    assertEquals(Collections.singletonList("unet native-cpu 0/1"), told);
    assertEquals(2, toy.opened);
    assertEquals(0, toy.open);
  }

  @Test
  public void aSlowOneIsRunThreeTimes() throws Exception {
    step = 4_000_000_000L;
    assertEquals(3, run().get("runs"));
    step = 2_000_000_000L;
    assertEquals(5, run().get("runs"));
  }

  @Test
  public void whatGoesWrongStandsInTheReport() throws Exception {
    toy.failures = 1;
    assertEquals("out-of-memory: unet: expected memory, got none", run().get("error"));
    toy.broken = new IllegalStateException("/a/path");
    assertEquals("internal: host: expected to end well, got IllegalStateException", run().get("error"));
    assertEquals("closed all the same", 0, toy.open);
    toy.thermal = "critical";
    assertEquals("too-hot: unet: expected below critical, got critical", run().get("error"));
  }

  @Test
  public void aCancelEndsIt() throws Exception {
    Cancellation cancellation = new Cancellation();
    cancellation.cancel();
    assertEquals(
        BridgeFault.Code.ABORTED, assertThrows(BridgeFault.class, () -> run(cancellation)).code);
    toy.fault = BridgeFault.of(BridgeFault.Code.ABORTED, "call", "to be wanted", "a cancel");
    assertThrows(BridgeFault.class, () -> run(new Cancellation()));
    assertEquals(0, toy.open);
  }

  /** Of 20, the 10th and the 19th; of 3, the 2nd and the 3rd; of 1, the one. */
  @Test
  public void percentilesAreOfTheNearestRank() {
    List<Long> durations = new ArrayList<>();
    for (long i = 20; i > 0; i--) durations.add(i * 1_000_000);
    assertEquals("{runs=20, p50Milliseconds=10.0, p95Milliseconds=19.0}", Benchmark.percentiles(durations).toString());
    assertEquals(
        "{runs=3, p50Milliseconds=0.002, p95Milliseconds=0.003}",
        Benchmark.percentiles(Arrays.asList(3_000L, 1_000L, 2_000L)).toString());
    assertEquals(
        "{runs=1, p50Milliseconds=1.235, p95Milliseconds=1.235}",
        Benchmark.percentiles(Collections.singletonList(1_234_567L)).toString());
  }

  @Test
  public void aHostMeasuresWhenItIsItsTurnAndCanBeCanceled() throws Exception {
    toy.bytes = 1;
    Host host = Host.over(toy);
    Page page = Page.greetedBy(host);
    page.open(2, "1");
    page.hear();
    page.connection.ended();
    LinkedBlockingQueue<List<Map<String, Object>>> found = new LinkedBlockingQueue<>();
    Model model = toy.status().models.get(0);
    host.measure(model, (offer, backend, done, of) -> {}, new Cancellation(), found::add);
    List<Map<String, Object>> networks = found.poll(20, TimeUnit.SECONDS);
    assertFalse(networks.get(0).containsKey("error"));
    assertEquals("what waited was closed, so that both openings are real", 3, toy.opened);
    toy.begun = new CountDownLatch(1);
    List<List<Map<String, Object>>> ends = Collections.synchronizedList(new ArrayList<>());
    host.measure(model, (offer, backend, done, of) -> {}, new Cancellation(), ends::add);
    toy.begun.await();
    host.cancelAll();
    Page.at(host).rest();
    assertEquals(1, ends.size());
    assertNull(ends.get(0));
    host.close();
  }
}
