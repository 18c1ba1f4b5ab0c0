package pocketdiffusion.qnn;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import pocketdiffusion.bridge.CrashMark;

/**
 * Finds out whether the NPU computes, on threads of its own, so that whoever asks need not wait. A search that an earlier process
 * died of is not begun again by itself.
 *
 * <p>Invariant: {@code why} is a word of the protocol, empty where the NPU computes; it is {@code probing} from the beginning of a
 * search to its end, which comes within its limit.
 */
final class NpuSearch {
  static final String PROBING = "probing";
  static final String FAILED = "probe-failed";
  static final String CRASHED = "crashed-before";
  /** The provider, Qualcomm's libraries, or the phone's own beneath them: they are in this build. */
  static final String NOT_LOADED = "not-loaded";
  /** Loading the libraries and compiling one convolution takes a second or two. */
  static final long LIMIT_MILLISECONDS = 60_000;

  private final Callable<String> search;
  private final CrashMark mark;
  private final Runnable onKnown;
  private final long limitMilliseconds;
  private String why = PROBING;
  /** So that what a search says which was given up is not heeded. */
  private int round = 0;

  private NpuSearch(Callable<String> search, CrashMark mark, Runnable onKnown, long limitMilliseconds) {
    this.search = search;
    this.mark = mark;
    this.onKnown = onKnown;
    this.limitMilliseconds = limitMilliseconds;
  }

  /** {@code search} finds the word. {@code onKnown}: as of {@code NpuSetup}. */
  static NpuSearch begin(Callable<String> search, CrashMark mark, Runnable onKnown) {
    return begin(search, mark, onKnown, LIMIT_MILLISECONDS);
  }

  static NpuSearch begin(Callable<String> search, CrashMark mark, Runnable onKnown, long limitMilliseconds) {
    NpuSearch made = new NpuSearch(search, mark, onKnown, limitMilliseconds);
    if (mark.diedIn() == null) made.again();
    else made.why = CRASHED;
    return made;
  }

  /** Forgets what is known, or what died of it, and begins anew. */
  synchronized void again() {
    mark.forget();
    why = PROBING;
    int begun = ++round;
    daemon(() -> look(begun), "npu").start();
  }

  synchronized String why() {
    return why;
  }

  /** Waits for the end of a search for that long at most. Not on a thread that people wait for. */
  synchronized String why(long milliseconds) {
    long end = System.nanoTime() + milliseconds * 1_000_000;
    try {
      for (long left = milliseconds; why.equals(PROBING) && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
        wait(left);
      }
    } catch (InterruptedException thrown) {
      Thread.currentThread().interrupt();
    }
    return why;
  }

  private void look(int begun) {
    FutureTask<String> task = new FutureTask<>(this::guarded);
    daemon(task, "npu-probe").start();
    String found;
    try {
      found = task.get(limitMilliseconds, TimeUnit.MILLISECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException thrown) {
      found = FAILED;
    }
    synchronized (this) {
      if (begun != round) return;
      why = found;
      notifyAll();
    }
    onKnown.run();
  }

  private String guarded() throws Exception {
    mark.set(CrashMark.PROBE);
    try {
      return search.call();
    } finally {
      mark.clear();
    }
  }

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
