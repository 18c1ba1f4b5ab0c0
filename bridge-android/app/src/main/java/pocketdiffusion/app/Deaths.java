package pocketdiffusion.app;

/** Whether what died is to be begun anew by itself: not where it died soon after the last time, which would never end. */
final class Deaths {
  static final long SOON_MILLISECONDS = 30_000;
  private long last = 0;
  private boolean died = false;

  /** It died at {@code milliseconds} of a clock that only goes forward. */
  boolean again(long milliseconds) {
    boolean again = !died || milliseconds - last >= SOON_MILLISECONDS;
    died = true;
    last = milliseconds;
    return again;
  }
}
