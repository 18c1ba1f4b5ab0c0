package pocketdiffusion.app;

import android.annotation.TargetApi;
import android.app.ActivityManager;
import android.app.ApplicationExitInfo;
import android.content.Context;
import android.os.Build;
import java.util.Arrays;
import java.util.List;

/** How the app's last process ended. */
final class Exits {
  private Exits() {}

  /** Whether somebody wanted it to: then whatever it was at is not to blame. Before Android 11 nobody knows. */
  static boolean lastWasWanted(Context context) {
    return Build.VERSION.SDK_INT >= 30 && isWanted(context);
  }

  @TargetApi(30)
  private static boolean isWanted(Context context) {
    ActivityManager activities = context.getSystemService(ActivityManager.class);
    List<Integer> wanted = Arrays.asList(ApplicationExitInfo.REASON_USER_REQUESTED, ApplicationExitInfo.REASON_USER_STOPPED);
    for (ApplicationExitInfo each : activities.getHistoricalProcessExitReasons(null, 0, 0)) {
      // The newest comes first; the WebView's own processes are among them.
      if (each.getProcessName().equals(context.getPackageName())) return wanted.contains(each.getReason());
    }
    return false;
  }
}
