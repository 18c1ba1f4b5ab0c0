package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.Test;
import pocketdiffusion.bridge.BridgeFault;

/** When a phone is kept awake, on a clock that the test turns. */
public final class DrawingSpanTest {
  private static final class Task {
    final long at;
    final Runnable work;

    Task(long at, Runnable work) {
      this.at = at;
      this.work = work;
    }
  }

  private final List<Task> tasks = new ArrayList<>();
  private final List<Boolean> heard = new ArrayList<>();
  private long now = 0;
  private final DrawingSpan span =
      DrawingSpan.of((milliseconds, work) -> tasks.add(new Task(now + milliseconds, work)), heard::add);

  private void pass(long milliseconds) {
    now += milliseconds;
    for (boolean found = true; found; ) {
      found = false;
      for (Task task : new ArrayList<>(tasks)) {
        if (task.at > now) continue;
        tasks.remove(task);
        task.work.run();
        found = true;
      }
    }
  }

  private void begin() {
    try {
      span.began();
    } catch (BridgeFault thrown) {
      throw new AssertionError(thrown);
    }
    pass(0);
  }

  private void end() {
    span.ended();
    pass(0);
  }

  private void run(long milliseconds) {
    begin();
    pass(milliseconds);
    end();
  }

  @Test
  public void aDrawingIsOneSpanThoughThePageComputesBetweenItsSteps() {
    for (int step = 0; step < 20; step++) {
      run(500);
      pass(DrawingSpan.PAUSE_MILLISECONDS - 1);
    }
    assertEquals(Collections.singletonList(true), heard);
    pass(1);
    assertEquals(Arrays.asList(true, false), heard);
  }

  @Test
  public void aLongRunIsDrawingToItsEnd() {
    begin();
    pass(10 * DrawingSpan.PAUSE_MILLISECONDS);
    assertEquals(Collections.singletonList(true), heard);
    end();
    pass(DrawingSpan.PAUSE_MILLISECONDS);
    assertEquals(Arrays.asList(true, false), heard);
  }

  @Test
  public void thereMayBeAnotherSpan() {
    run(1);
    pass(DrawingSpan.PAUSE_MILLISECONDS);
    run(1);
    pass(DrawingSpan.PAUSE_MILLISECONDS);
    assertEquals(Arrays.asList(true, false, true, false), heard);
  }

  @Test
  public void workInWorkIsOneSpan() {
    begin();
    begin();
    end();
    pass(2 * DrawingSpan.PAUSE_MILLISECONDS);
    assertEquals(Collections.singletonList(true), heard);
  }

  @Test
  public void whatBeginsAfterACancelIsAnotherDrawing() {
    begin();
    span.canceled();
    end();
    begin();
    assertEquals(Arrays.asList(true, true), heard);
    end();
    pass(DrawingSpan.PAUSE_MILLISECONDS);
    assertEquals(Arrays.asList(true, true, false), heard);
  }

  @Test
  public void aCancelBetweenTwoStepsRefusesTheNextCallAndNoLaterOne() {
    run(1);
    span.canceled();
    BridgeFault fault = assertThrows(BridgeFault.class, span::began);
    assertEquals(BridgeFault.Code.ABORTED, fault.code);
    begin();
    end();
    span.canceled();
    pass(DrawingSpan.CANCEL_MILLISECONDS);
    run(1);
    assertEquals(Arrays.asList(true, true, true), heard);
  }

  private void page(boolean draws) {
    span.page(draws);
    pass(0);
  }

  @Test
  public void aPageThatDrawsByItselfIsASpanFromItsFirstWordToItsLast() {
    page(true);
    page(true);
    pass(100 * DrawingSpan.PAUSE_MILLISECONDS);
    assertEquals(Collections.singletonList(true), heard);
    page(false);
    page(false);
    assertEquals(Arrays.asList(true, false), heard);
  }

  @Test
  public void whileThePageDrawsTheHostMayRest() {
    page(true);
    run(500);
    pass(10 * DrawingSpan.PAUSE_MILLISECONDS);
    assertEquals(Collections.singletonList(true), heard);
    begin();
    page(false);
    assertEquals("the host is not done", Collections.singletonList(true), heard);
    end();
    pass(DrawingSpan.PAUSE_MILLISECONDS);
    assertEquals(Arrays.asList(true, false), heard);
    page(true);
    assertEquals(Arrays.asList(true, false, true), heard);
  }

  @Test
  public void aPageThatIsToldOfACancelMayDrawAtOnceAgain() {
    page(true);
    run(1);
    span.canceled();
    assertFalse(span.isDrawing());
    page(false);
    page(true);
    run(1);
    assertEquals(Arrays.asList(true, true), heard);
    assertTrue(span.isDrawing());
  }

  @Test
  public void aCallThatCrossedACancelIsNoDrawingOfItsOwn() {
    page(true);
    span.canceled();
    run(1);
    page(false);
    assertEquals(Arrays.asList(true, true, false), heard);
  }
}
