package pocketdiffusion.app;

/**
 * What the page was at, in its own words, for the page that follows one that died: its storage died with it.
 *
 * <p>Invariants: it is handed back once, and only where the document that gave it did not end in order. Its number is above those of all
 * jobs that are over, which outlives the process: what the system has saved of an activity may be older than the end of the job.
 */
final class KeptJob {
  /** The number of the last job that is over, where it outlives the process; 0 before there was one. */
  interface Over {
    long last();

    void is(long number);
  }

  private final Over over;
  private String job;
  private long number;
  private boolean lost = false;

  KeptJob(Over over) {
    this.over = over;
  }

  /** Null: there is none any more. */
  void keep(String text) {
    if (text != null && job == null) number = over.last() + 1;
    if (text == null && job != null) over.is(number);
    job = text;
    lost = false;
  }

  /** Null where there is none. */
  String text() {
    return job;
  }

  /** Of {@code text}, where there is one. */
  long number() {
    return number;
  }

  /** The document that gave it died. */
  void lose() {
    lost = job != null;
  }

  /** It is of a document that died with the process, or with the activity, unless it is over since; null where there was none. */
  void restore(String text, long saved) {
    job = saved > over.last() ? text : null;
    number = saved;
    lose();
  }

  /** A document is gone: one that ended in order wants nothing back. */
  void documentGone() {
    if (!lost) keep(null);
  }

  /** Null where there is nothing to hand back. */
  String handBack() {
    if (!lost) return null;
    String text = job;
    keep(null);
    return text;
  }
}
