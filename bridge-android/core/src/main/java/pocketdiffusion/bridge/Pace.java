package pocketdiffusion.bridge;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a hot device cool down: between two runs it rests, so that networks compute for a part of the time alone, and while the
 * device is too hot nothing new is computed. The worker alone rests; the status may be asked from any thread.
 */
final class Pace {
  /** However long the last run was, a page is not left waiting for longer. */
  static final long LONGEST_REST_MILLISECONDS = 30_000;

  /** Ends early, by {@code aborted}, where the call is no longer wanted. */
  interface Rest {
    void take(long milliseconds, Cancellation cancellation) throws BridgeFault;
  }

  private final Engine engine;
  private final Rest rest;
  private long lastMilliseconds = 0;

  private Pace(Engine engine, Rest rest) {
    this.engine = engine;
    this.rest = rest;
  }

  static Pace of(Engine engine) {
    return new Pace(engine, Pace::sleep);
  }

  static Pace of(Engine engine, Rest rest) {
    return new Pace(engine, rest);
  }

  private static void sleep(long milliseconds, Cancellation cancellation) throws BridgeFault {
    CountDownLatch canceled = new CountDownLatch(1);
    cancellation.onCancel(canceled::countDown);
    try {
      canceled.await(milliseconds, TimeUnit.MILLISECONDS);
    } catch (InterruptedException thrown) {
      Thread.currentThread().interrupt();
    } finally {
      cancellation.onCancel(null);
    }
    cancellation.check();
  }

  /** The engine's, as the temperature allows. */
  Status status() {
    String thermal = engine.thermal();
    Status status = engine.status().duty(Heat.dutyPercent(thermal));
    return Heat.isTooHot(thermal) ? status.withoutAll("too-hot") : status;
  }

  /** Before a run. {@code too-hot} where there is to be none. */
  void before(Cancellation cancellation) throws BridgeFault {
    String thermal = engine.thermal();
    if (Heat.isTooHot(thermal)) throw BridgeFault.of(BridgeFault.Code.TOO_HOT, "run", "below critical", thermal);
    int duty = Heat.dutyPercent(thermal);
    long milliseconds = lastMilliseconds * (100 - duty) / duty;
    if (milliseconds > 0) rest.take(Math.min(milliseconds, LONGEST_REST_MILLISECONDS), cancellation);
  }

  /** That long a run took. */
  void ran(long milliseconds) {
    lastMilliseconds = milliseconds;
  }
}
