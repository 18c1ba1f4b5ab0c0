package pocketdiffusion.app;

import pocketdiffusion.bridge.BridgeFault;
import pocketdiffusion.bridge.WatchedEngine;

/**
 * When there is a drawing: while the page says so, whoever computes; and while a network is opened or runs, and for a while after,
 * since a page computes between two steps.
 *
 * <p>Invariant: the listener hears of a beginning and of its end by turns.
 */
final class DrawingSpan implements WatchedEngine.Watcher {
  static final long PAUSE_MILLISECONDS = 10_000;
  /** The page asks again within this, if it draws. */
  static final long CANCEL_MILLISECONDS = 2_000;

  /** Does things on the main thread. */
  interface Later {
    void after(long milliseconds, Runnable work);
  }

  /** Called on the main thread. */
  interface Listener {
    void drawing(boolean begins);
  }

  private final Later main;
  private final Listener listener;
  private int working = 0;
  private boolean pageDraws = false;
  private long changes = 0;
  private boolean drawing = false;
  private volatile boolean refusing = false;

  private DrawingSpan(Later main, Listener listener) {
    this.main = main;
    this.listener = listener;
  }

  static DrawingSpan of(Later main, Listener listener) {
    return new DrawingSpan(main, listener);
  }

  @Override
  public void began() throws BridgeFault {
    if (refusing) {
      refusing = false;
      throw BridgeFault.of(BridgeFault.Code.ABORTED, "call", "to be wanted", "a cancel");
    }
    main.after(0, () -> change(1));
  }

  /** What the page says: it draws, or it draws no more. On the main thread. */
  void page(boolean draws) {
    pageDraws = draws;
    changes++;
    if (draws && !drawing) tell(true);
    if (!draws && working == 0 && drawing) tell(false);
  }

  /** On the main thread. */
  boolean isDrawing() {
    return drawing;
  }

  /**
   * The person has stopped it, and the listener knows: what begins now is another drawing. A page that says when it draws is told
   * of it; of any other, where there is no call to be canceled, since it computes at the moment, the next is refused. On the
   * main thread.
   */
  void canceled() {
    drawing = false;
    changes++;
    refusing = working == 0 && !pageDraws;
    pageDraws = false;
    main.after(CANCEL_MILLISECONDS, () -> refusing = false);
  }

  @Override
  public void ended() {
    main.after(0, () -> change(-1));
  }

  private void change(int by) {
    working += by;
    changes++;
    if (working > 0 && !drawing) tell(true);
    if (working > 0 || pageDraws) return;
    long seen = changes;
    main.after(PAUSE_MILLISECONDS, () -> endUnlessChanged(seen));
  }

  private void endUnlessChanged(long seen) {
    if (changes == seen && drawing) tell(false);
  }

  private void tell(boolean begins) {
    drawing = begins;
    listener.drawing(begins);
  }
}
