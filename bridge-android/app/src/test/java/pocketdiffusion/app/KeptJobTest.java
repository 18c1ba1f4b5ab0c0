package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import org.junit.Test;

/** What a page was at, from one document to the next. */
public final class KeptJobTest {
  private final KeptJob job = new KeptJob();

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
    job.restore(null);
    assertNull(job.handBack());
    job.restore("a");
    assertEquals("a", job.text());
    job.documentGone();
    assertEquals("a", job.handBack());
  }
}
