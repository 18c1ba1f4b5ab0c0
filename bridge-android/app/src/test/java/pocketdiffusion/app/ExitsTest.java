package pocketdiffusion.app;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.ActivityManager;
import android.app.ApplicationExitInfo;
import android.content.Context;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.annotation.Config;

/** How the last process ended, as Android tells it. */
@RunWith(RobolectricTestRunner.class)
public final class ExitsTest {
  private final Context context = RuntimeEnvironment.getApplication();

  @SuppressWarnings("deprecation")
  private void ended(String process, int reason) {
    shadowOf(context.getSystemService(ActivityManager.class)).addApplicationExitInfo(process, 1, reason, 0);
  }

  @Test
  public void whatSomebodyEndedDidNotDie() {
    assertFalse(Exits.lastWasWanted(context));
    ended(context.getPackageName(), ApplicationExitInfo.REASON_CRASH_NATIVE);
    assertFalse(Exits.lastWasWanted(context));
    ended(context.getPackageName(), ApplicationExitInfo.REASON_USER_REQUESTED);
    assertTrue(Exits.lastWasWanted(context));
    ended(context.getPackageName() + ":web", ApplicationExitInfo.REASON_CRASH);
    assertTrue("only its own process counts", Exits.lastWasWanted(context));
    ended(context.getPackageName(), ApplicationExitInfo.REASON_LOW_MEMORY);
    assertFalse(Exits.lastWasWanted(context));
  }

  @Test
  @Config(sdk = 28)
  public void anOldAndroidDoesNotTell() {
    assertFalse(Exits.lastWasWanted(context));
  }
}
