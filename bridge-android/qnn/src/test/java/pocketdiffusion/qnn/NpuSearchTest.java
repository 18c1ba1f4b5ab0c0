package pocketdiffusion.qnn;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import pocketdiffusion.bridge.CrashMark;

/** A search for an NPU that takes a while, fails, never ends, or took an earlier process with it. */
public final class NpuSearchTest {
  private static final long LONG = 20_000;

  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  private final Semaphore known = new Semaphore(0);
  private Path file;

  @Before
  public void start() {
    file = temporary.getRoot().toPath().resolve("mark");
  }

  private CrashMark mark() {
    return CrashMark.at(file, "1");
  }

  private void awaitKnown() throws InterruptedException {
    assertTrue(known.tryAcquire(LONG, TimeUnit.MILLISECONDS));
  }

  @Test
  public void whileItGoesOnNobodyWaitsAndTheMarkIsThere() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    NpuSearch search =
        NpuSearch.begin(
            () -> {
              begun.countDown();
              goOn.await();
              return "";
            },
            mark(),
            known::release);
    begun.await();
    assertEquals("probing", search.why());
    assertEquals("probing", search.why(1));
    assertEquals("probe", mark().diedIn());
    assertEquals(0, known.availablePermits());
    goOn.countDown();
    assertEquals("", search.why(LONG));
    awaitKnown();
    assertFalse(Files.exists(file));
  }

  @Test
  public void oneThatBreaksHasFailed() throws Exception {
    NpuSearch search =
        NpuSearch.begin(
            () -> {
              throw new IllegalStateException("a driver");
            },
            mark(),
            known::release);
    assertEquals("probe-failed", search.why(LONG));
    awaitKnown();
    assertNull(mark().diedIn());
  }

  @Test
  public void oneThatDoesNotEndHasFailedAndWhatItSaysLaterIsNotHeeded() throws Exception {
    CountDownLatch late = new CountDownLatch(1);
    NpuSearch search =
        NpuSearch.begin(
            () -> {
              late.await();
              return "";
            },
            mark(),
            known::release,
            1);
    assertEquals("probe-failed", search.why(LONG));
    awaitKnown();
    late.countDown();
    assertFalse(known.tryAcquire(20, TimeUnit.MILLISECONDS));
    assertEquals("probe-failed", search.why());
  }

  @Test
  public void whatAnEarlierProcessDiedOfIsNotTriedUntilSomebodySaysSo() throws Exception {
    mark().set("unet");
    Semaphore searched = new Semaphore(0);
    CrashMark mark = mark();
    NpuSearch search =
        NpuSearch.begin(
            () -> {
              searched.release();
              return "";
            },
            mark,
            known::release);
    assertEquals("crashed-before", search.why(1));
    assertEquals("unet", mark.diedIn());
    assertFalse(searched.tryAcquire(20, TimeUnit.MILLISECONDS));
    search.again();
    awaitKnown();
    assertEquals("", search.why());
    assertNull(mark.diedIn());
    assertNull(mark().diedIn());
  }

  @Test
  public void aSearchThatWasGivenUpForANewOneIsNotHeeded() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger searches = new AtomicInteger();
    NpuSearch search =
        NpuSearch.begin(
            () -> {
              if (searches.incrementAndGet() > 1) return "";
              begun.countDown();
              goOn.await();
              return "probe-failed";
            },
            mark(),
            known::release);
    begun.await();
    search.again();
    awaitKnown();
    goOn.countDown();
    assertFalse(known.tryAcquire(50, TimeUnit.MILLISECONDS));
    assertEquals("", search.why());
  }
}
