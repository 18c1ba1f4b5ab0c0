package pocketdiffusion.app;

/**
 * What the page was at, in its own words, for the page that follows one that died: its storage died with it.
 *
 * <p>Invariant: it is handed back once, and only where the document that gave it did not end in order.
 */
final class KeptJob {
  private String job;
  private boolean lost = false;

  /** Null: there is none any more. */
  void keep(String text) {
    job = text;
    lost = false;
  }

  /** Null where there is none. */
  String text() {
    return job;
  }

  /** The document that gave it died. */
  void lose() {
    lost = job != null;
  }

  /** It is of a document that died with the process, or with the activity; null where there was none. */
  void restore(String text) {
    job = text;
    lose();
  }

  /** A document is gone: one that ended in order wants nothing back. */
  void documentGone() {
    if (!lost) job = null;
  }

  /** Null where there is nothing to hand back. */
  String handBack() {
    if (!lost) return null;
    String text = job;
    keep(null);
    return text;
  }
}
