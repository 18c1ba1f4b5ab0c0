package pocketdiffusion.bridge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Measures the networks of a model on every backend that there is: how long each takes to be opened, the first time and again,
 * and to run once it is warm. What goes in is made up; an NPU takes as long for it.
 */
public final class Benchmark {
  /** Warm runs of each network; fewer, down to the least, where they take long. */
  static final int MOST_RUNS = 20;
  static final int LEAST_RUNS = 3;
  static final long LONG_NANOSECONDS = 10_000_000_000L;

  /** Hears what is measured next, on the host's own thread. */
  public interface Listener {
    void next(Offer offer, String backend, int done, int of);
  }

  /** Hears of the end, on the host's own thread. */
  public interface Done {
    /** {@code networks}: what was found of each, as it stands in a report; null where it was canceled. */
    void done(List<Map<String, Object>> networks);
  }

  private final Engine engine;
  private final LongSupplier nanoseconds;
  private final Cancellation cancellation;

  private Benchmark(Engine engine, LongSupplier nanoseconds, Cancellation cancellation) {
    this.engine = engine;
    this.nanoseconds = nanoseconds;
    this.cancellation = cancellation;
  }

  /** {@code aborted} where it was canceled. Whatever else goes wrong stands in the report. */
  static List<Map<String, Object>> run(
      Engine engine, LongSupplier nanoseconds, Model model, Listener listener, Cancellation cancellation)
      throws BridgeFault {
    Benchmark benchmark = new Benchmark(engine, nanoseconds, cancellation);
    List<Object[]> all = new ArrayList<>();
    Status status = engine.status();
    for (String backend : Status.BACKENDS) {
      for (Offer offer : model.offers) {
        if (status.isAvailable(backend) && offer.runsOn(backend)) all.add(new Object[] {offer, backend});
      }
    }
    List<Map<String, Object>> found = new ArrayList<>();
    for (Object[] each : all) {
      cancellation.check();
      listener.next((Offer) each[0], (String) each[1], found.size(), all.size());
      found.add(benchmark.measure(model, (Offer) each[0], (String) each[1]));
    }
    return found;
  }

  private Map<String, Object> measure(Model model, Offer offer, String backend) throws BridgeFault {
    Map<String, Object> found = new LinkedHashMap<>(offer.json());
    found.remove("backends");
    found.put("backend", backend);
    try {
      if (Heat.isTooHot(engine.thermal())) {
        throw BridgeFault.of(BridgeFault.Code.TOO_HOT, offer.stage, "below critical", engine.thermal());
      }
      measure(found, model, offer, backend);
    } catch (BridgeFault fault) {
      if (fault.code == BridgeFault.Code.ABORTED) throw fault;
      found.put("error", fault.getMessage());
    } catch (RuntimeException | Error thrown) {
      found.put("error", Unforeseen.of(thrown).getMessage());
    }
    return found;
  }

  private void measure(Map<String, Object> found, Model model, Offer offer, String backend) throws BridgeFault {
    long started = nanoseconds.getAsLong();
    open(model, offer, backend).close();
    found.put("openMilliseconds", milliseconds(nanoseconds.getAsLong() - started));
    started = nanoseconds.getAsLong();
    Network network = open(model, offer, backend);
    try {
      found.put("reopenMilliseconds", milliseconds(nanoseconds.getAsLong() - started));
      Map<String, Tensor> inputs = madeUp(network);
      found.put("firstRunMilliseconds", milliseconds(timed(network, inputs)));
      List<Long> runs = new ArrayList<>();
      long together = 0;
      while (runs.size() < LEAST_RUNS || (runs.size() < MOST_RUNS && together < LONG_NANOSECONDS)) {
        long run = timed(network, inputs);
        runs.add(run);
        together += run;
      }
      found.putAll(percentiles(runs));
      found.put("thermal", engine.thermal());
    } finally {
      network.close();
    }
  }

  private Network open(Model model, Offer offer, String backend) throws BridgeFault {
    return engine.open(model, offer, backend, (done, of) -> {}, cancellation);
  }

  private long timed(Network network, Map<String, Tensor> inputs) throws BridgeFault {
    cancellation.check();
    long started = nanoseconds.getAsLong();
    network.run(inputs, cancellation);
    return nanoseconds.getAsLong() - started;
  }

  /** Small numbers of both signs; the only integers that go in are tokens, of which every vocabulary has a first. */
  private static Map<String, Tensor> madeUp(Network network) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (Port port : network.inputs()) {
      int count = (int) Shapes.count(port.shape());
      float[] values = new float[count];
      for (int i = 0; i < count; i++) values[i] = ((i * 7919) % 257 - 128) / 128f;
      boolean floats = port.dtype == Dtype.F32;
      inputs.put(port.name, floats ? Tensor.floats(port.shape(), values) : Tensor.ints(port.shape(), new int[count]));
    }
    return inputs;
  }

  /** Of durations in nanoseconds, by the nearest rank: {@code runs}, and the fields p50 and p95. */
  public static Map<String, Object> percentiles(List<Long> durations) {
    long[] sorted = new long[durations.size()];
    for (int i = 0; i < sorted.length; i++) sorted[i] = durations.get(i);
    Arrays.sort(sorted);
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("runs", sorted.length);
    for (int percent : new int[] {50, 95}) {
      int rank = (percent * sorted.length + 99) / 100;
      found.put("p" + percent + "Milliseconds", milliseconds(sorted[rank - 1]));
    }
    return Collections.unmodifiableMap(found);
  }

  private static double milliseconds(long nanoseconds) {
    return Math.round(nanoseconds / 1e3) / 1e3;
  }
}
