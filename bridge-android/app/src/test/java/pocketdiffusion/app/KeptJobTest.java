package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import org.junit.Test;

/** What a page was at, from one document to the next. */
public final class KeptJobTest {
  /** As the app's preferences, which outlive the process. */
  private static final class Memory implements KeptJob.Over {
    private long last = 0;

    @Override
    public long last() {
      return last;
    }

    @Override
    public void is(long number) {
      last = Math.max(last, number);
    }
  }

  private final Memory over = new Memory();
  private final KeptJob job = new KeptJob(over);

  @Test
  public void ofADocumentThatDiedItIsHandedBackOnce() {
    job.keep("a");
    job.lose();
    job.documentGone();
    job.documentGone();
    assertEquals("a", job.handBack());
    assertNull(job.handBack());
    assertNull(job.text());
  }

  @Test
  public void ofADocumentThatEndedInOrderItIsForgotten() {
    job.keep("a");
    assertNull("it is still there", job.handBack());
    job.documentGone();
    job.lose();
    assertNull(job.handBack());
  }

  @Test
  public void theLastOneCounts() {
    job.keep("a");
    job.keep("b");
    job.lose();
    assertEquals("b", job.handBack());
    job.keep("c");
    job.keep(null);
    job.lose();
    assertNull(job.handBack());
  }

  @Test
  public void whatWasSavedIsOfADocumentThatDied() {
    job.restore(null, 0);
    assertNull(job.handBack());
    job.restore("a", 1);
    assertEquals("a", job.text());
    job.documentGone();
    assertEquals("a", job.handBack());
  }

  @Test
  public void whatWasSavedBeforeItWasOverIsStale() {
    job.keep("a");
    job.keep("a, further on");
    String saved = job.text();
    long number = job.number();
    job.keep(null);
    KeptJob next = new KeptJob(over);
    next.restore(saved, number);
    assertNull(next.text());
    assertNull(next.handBack());
  }

  @Test
  public void everyWayToAnEndIsOne() {
    job.keep("handed back");
    job.lose();
    long first = job.number();
    job.handBack();
    job.keep("of a document that ended in order");
    long second = job.number();
    job.documentGone();
    assertEquals(first + 1, second);
    for (long number : new long[] {first, second}) {
      KeptJob next = new KeptJob(over);
      next.restore("x", number);
      assertNull(next.text());
    }
  }

  @Test
  public void aJobThatIsNotOverIsHandedBackByTheNextProcess() {
    job.keep("over");
    job.keep(null);
    job.keep("a");
    KeptJob next = new KeptJob(over);
    next.restore(job.text(), job.number());
    assertEquals("a", next.handBack());
    KeptJob afterThat = new KeptJob(over);
    afterThat.restore("a", job.number());
    assertNull("once", afterThat.handBack());
  }
}
