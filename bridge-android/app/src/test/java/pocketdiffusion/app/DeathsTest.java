package pocketdiffusion.app;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

/** When to begin anew by itself. */
public final class DeathsTest {
  @Test
  public void theFirstTimeAndLongAfterTheLastOne() {
    Deaths deaths = new Deaths();
    assertTrue(deaths.again(5));
    assertFalse(deaths.again(5 + Deaths.SOON_MILLISECONDS - 1));
    assertFalse(deaths.again(6 + Deaths.SOON_MILLISECONDS));
    assertTrue(deaths.again(6 + 2 * Deaths.SOON_MILLISECONDS));
  }
}
