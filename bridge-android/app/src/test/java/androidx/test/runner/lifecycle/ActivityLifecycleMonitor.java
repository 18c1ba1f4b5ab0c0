package androidx.test.runner.lifecycle;

import android.app.Activity;

/** Knows where in their lives activities are. */
public interface ActivityLifecycleMonitor {
  Stage getLifecycleStageOf(Activity activity);
}
