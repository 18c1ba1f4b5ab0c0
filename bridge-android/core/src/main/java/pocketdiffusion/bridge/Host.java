package pocketdiffusion.bridge;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * An engine and the pages that use it. Networks run one at a time on one thread, in the order in which they were asked for.
 *
 * <p>Invariant: every connection that was not ended is in {@code connections}, and hears of its calls at least every {@code
 * tick}. What is open and belongs to no connection is in {@code networks}.
 */
public final class Host implements AutoCloseable {
  private static final long TICK_MILLISECONDS = 4_000;

  private final Engine engine;
  /** The same, through which pages open theirs. */
  private final OpenNetworks networks;
  private final Pace pace;
  private final ExecutorService worker = Executors.newSingleThreadExecutor(daemon("bridge-worker"));
  private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(daemon("bridge-ticker"));
  private final Set<Connection> connections = new LinkedHashSet<>();
  private volatile Cancellation measuring = new Cancellation();

  private Host(Engine engine, OpenNetworks networks) {
    this.engine = engine;
    this.networks = networks;
    this.pace = Pace.of(networks);
  }

  public static Host over(Engine engine) {
    return over(engine, TICK_MILLISECONDS);
  }

  static Host over(Engine engine, long tickMilliseconds) {
    Host host = new Host(engine, OpenNetworks.of(engine, () -> System.nanoTime() / 1_000_000));
    host.ticker.scheduleAtFixedRate(host::tick, tickMilliseconds, tickMilliseconds, TimeUnit.MILLISECONDS);
    return host;
  }

  /** A page has come that may be here. */
  public Connection connect(Outlet outlet) {
    Connection connection = Connection.of(this, Answers.by(networks, pace), outlet);
    synchronized (connections) {
      connections.add(connection);
    }
    return connection;
  }

  /** Cancels what every page waits for, as if it had asked for that, and what is measured; the pages stay. */
  public void cancelAll() {
    List<Cancellation> all = new ArrayList<>();
    for (Connection connection : present()) all.addAll(connection.cancellations());
    // The last first: the one that runs is the first, and the next would begin when it ends.
    Collections.sort(all, (one, other) -> Long.compare(other.number, one.number));
    for (Cancellation each : all) each.cancel();
    measuring.cancel();
  }

  /** Measures all networks of {@code model}, when it is its turn; pages wait meanwhile. */
  public void measure(Model model, Benchmark.Listener listener, Cancellation cancellation, Benchmark.Done done) {
    measuring = cancellation;
    inTurn(() -> {
      networks.closeAll();
      List<Map<String, Object>> found = null;
      try {
        found = Benchmark.run(engine, System::nanoTime, model, listener, cancellation);
      } catch (BridgeFault canceled) {
        // There is nothing to tell then.
      }
      done.done(found);
    });
  }

  /** Memory is short: what stayed open for the next picture is closed. */
  public void closeIdle() {
    inTurn(networks::closeAll);
  }

  /** Models came or went: nothing of those that went stays open for the next picture. */
  public void modelsChanged() {
    inTurn(networks::closeGone);
  }

  /** Ends every connection; what runs is canceled. */
  @Override
  public void close() {
    for (Connection connection : present()) connection.ended();
    ticker.shutdownNow();
    inTurn(networks::closeAll);
    worker.shutdown();
  }

  /** Once it was closed: until all is. */
  void awaitEnd() throws InterruptedException {
    worker.awaitTermination(10, TimeUnit.SECONDS);
  }

  void inTurn(Runnable work) {
    try {
      worker.execute(work);
    } catch (RejectedExecutionException closed) {
      // The process ends, and all networks with it.
    }
  }

  void forget(Connection connection) {
    synchronized (connections) {
      connections.remove(connection);
    }
  }

  private void tick() {
    for (Connection connection : present()) connection.tick();
    if (networks.anyWaits()) inTurn(networks::closeOld);
  }

  private List<Connection> present() {
    synchronized (connections) {
      return new ArrayList<>(connections);
    }
  }

  private static ThreadFactory daemon(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
