package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.robolectric.Shadows.shadowOf;

import android.app.ActivityManager;
import android.content.Context;
import android.os.Build;
import android.os.PowerManager;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.annotation.Config;
import org.robolectric.util.ReflectionHelpers;

/** What the host tells of the phone. */
@RunWith(RobolectricTestRunner.class)
public final class PhoneTest {
  private final Context context = RuntimeEnvironment.getApplication();
  private int changes = 0;

  @Test
  public void theTemperatureIsTheOneOfTheMoment() {
    Phone phone = Phone.of(context, () -> changes++);
    assertEquals("none", phone.thermal());
    String[] words = {"none", "light", "moderate", "severe", "critical", "emergency", "shutdown"};
    for (int status = 0; status < words.length; status++) {
      shadowOf(context.getSystemService(PowerManager.class)).setCurrentThermalStatus(status);
      assertEquals(words[status], phone.thermal());
      assertEquals("only what is another state is told", status, changes);
    }
    phone.heated(7);
    assertEquals("unknown", phone.thermal());
    phone.heated(-1);
    assertEquals("unknown", phone.thermal());
  }

  @Test
  @Config(sdk = 28)
  public void anOldAndroidTellsNeitherTemperatureNorChip() {
    Phone phone = Phone.of(context, () -> changes++);
    assertEquals("unknown", phone.thermal());
    assertNull(phone.soc());
  }

  @Test
  public void memoryIsWhatTheSystemSays() {
    ActivityManager.MemoryInfo memory = new ActivityManager.MemoryInfo();
    memory.totalMem = 12_000_000_000L;
    memory.availMem = 5_000_000_000L;
    shadowOf(context.getSystemService(ActivityManager.class)).setMemoryInfo(memory);
    Phone phone = Phone.of(context, () -> changes++);
    assertEquals(12_000_000_000L, phone.totalBytes());
    assertEquals(5_000_000_000L, phone.availableBytes());
  }

  @Test
  public void theChipHasANameOrNone() {
    Phone phone = Phone.of(context, () -> changes++);
    ReflectionHelpers.setStaticField(Build.class, "SOC_MODEL", "SM8550");
    assertEquals("SM8550", phone.soc());
    ReflectionHelpers.setStaticField(Build.class, "SOC_MODEL", Build.UNKNOWN);
    assertNull(phone.soc());
  }
}
