package pocketdiffusion.bridge;

import java.util.Arrays;
import java.util.List;

/** What a device's temperature, a word of the protocol, means for who computes on it (Android, {@code PowerManager.THERMAL_STATUS_…}). */
public final class Heat {
  /** Of the time, while it is hot: Android asks for less at severe, and takes cores away from who goes on. */
  public static final int HOT_DUTY_PERCENT = 50;

  private static final List<String> TOO_HOT = Arrays.asList("critical", "emergency", "shutdown");

  private Heat() {}

  /** Nothing new is to be computed. */
  public static boolean isTooHot(String thermal) {
    return TOO_HOT.contains(thermal);
  }

  /** Of the time that networks may compute. */
  public static int dutyPercent(String thermal) {
    return thermal.equals("severe") || isTooHot(thermal) ? HOT_DUTY_PERCENT : 100;
  }
}
