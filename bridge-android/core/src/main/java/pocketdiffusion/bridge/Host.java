package pocketdiffusion.bridge;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
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
 * tick}.
 */
public final class Host implements AutoCloseable {
  private static final long TICK_MILLISECONDS = 4_000;

  private final Engine engine;
  private final ExecutorService worker = Executors.newSingleThreadExecutor(daemon("bridge-worker"));
  private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(daemon("bridge-ticker"));
  private final Set<Connection> connections = new LinkedHashSet<>();

  private Host(Engine engine) {
    this.engine = engine;
  }

  public static Host over(Engine engine) {
    return over(engine, TICK_MILLISECONDS);
  }

  static Host over(Engine engine, long tickMilliseconds) {
    Host host = new Host(engine);
    host.ticker.scheduleAtFixedRate(host::tick, tickMilliseconds, tickMilliseconds, TimeUnit.MILLISECONDS);
    return host;
  }

  /** A page has come that may be here. */
  public Connection connect(Outlet outlet) {
    Connection connection = Connection.of(this, engine, outlet);
    synchronized (connections) {
      connections.add(connection);
    }
    return connection;
  }

  /** Cancels what every page waits for, as if it had asked for that; the pages stay. */
  public void cancelAll() {
    List<Cancellation> all = new ArrayList<>();
    for (Connection connection : present()) all.addAll(connection.cancellations());
    // The last first: the one that runs is the first, and the next would begin when it ends.
    Collections.sort(all, (one, other) -> Long.compare(other.number, one.number));
    for (Cancellation each : all) each.cancel();
  }

  /** Ends every connection; what runs is canceled. */
  @Override
  public void close() {
    for (Connection connection : present()) connection.ended();
    ticker.shutdownNow();
    worker.shutdown();
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
