package pocketdiffusion.app;

import android.app.ActivityManager;
import android.content.Context;
import android.os.Build;
import android.os.PowerManager;
import pocketdiffusion.bridge.Device;

/** The phone under the app. */
final class Phone implements Device {
  /** By {@code PowerManager.THERMAL_STATUS_…}. */
  private static final String[] STATES = {"none", "light", "moderate", "severe", "critical", "emergency", "shutdown"};

  private final ActivityManager activities;
  private final Runnable onThermal;
  private volatile String thermal = "unknown";

  private Phone(ActivityManager activities, Runnable onThermal) {
    this.activities = activities;
    this.onThermal = onThermal;
  }

  /** Hears of the temperature from now on, where Android tells it. {@code onThermal}: after each change. */
  static Phone of(Context context, Runnable onThermal) {
    Phone phone = new Phone(context.getSystemService(ActivityManager.class), onThermal);
    PowerManager power = context.getSystemService(PowerManager.class);
    if (Build.VERSION.SDK_INT >= 29) phone.listen(power);
    return phone;
  }

  private void listen(PowerManager power) {
    try {
      thermal = word(power.getCurrentThermalStatus());
      power.addThermalStatusListener(this::heated);
    } catch (RuntimeException noSensor) {
      thermal = "unknown";
    }
  }

  void heated(int status) {
    String before = thermal;
    thermal = word(status);
    if (!thermal.equals(before)) onThermal.run();
  }

  private static String word(int status) {
    return status >= 0 && status < STATES.length ? STATES[status] : "unknown";
  }

  /** Told from Android 12 on, where its maker filled it in. */
  @Override
  public String soc() {
    if (Build.VERSION.SDK_INT < 31 || Build.SOC_MODEL.equals(Build.UNKNOWN)) return null;
    return Build.SOC_MODEL;
  }

  @Override
  public String thermal() {
    return thermal;
  }

  @Override
  public long totalBytes() {
    return memory().totalMem;
  }

  @Override
  public long availableBytes() {
    return memory().availMem;
  }

  private ActivityManager.MemoryInfo memory() {
    ActivityManager.MemoryInfo memory = new ActivityManager.MemoryInfo();
    activities.getMemoryInfo(memory);
    return memory;
  }
}
