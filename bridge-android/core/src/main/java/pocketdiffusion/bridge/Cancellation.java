package pocketdiffusion.bridge;

import java.util.concurrent.atomic.AtomicLong;

/** Whether a call is still wanted. Invariant: what is to be done when it is not is done once, at the first of both. */
public final class Cancellation {
  private static final AtomicLong MADE = new AtomicLong();

  /** The later one is asked for, the greater. */
  final long number = MADE.incrementAndGet();
  private boolean canceled = false;
  private Runnable action;

  public Cancellation() {}

  /** Throws {@code aborted} where nobody wants the call any more. */
  public synchronized void check() throws BridgeFault {
    if (canceled) throw BridgeFault.of(BridgeFault.Code.ABORTED, "call", "to be wanted", "a cancel");
  }

  public synchronized boolean isCanceled() {
    return canceled;
  }

  /** {@code stop} is called at a cancel, or now where that has come already; null forgets the last. */
  public synchronized void onCancel(Runnable stop) {
    action = stop;
    if (canceled && stop != null) stop.run();
  }

  /** Nobody wants it any more. */
  public synchronized void cancel() {
    if (canceled) return;
    canceled = true;
    if (action != null) action.run();
  }
}
