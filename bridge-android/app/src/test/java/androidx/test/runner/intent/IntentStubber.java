package androidx.test.runner.intent;

import android.app.Instrumentation;
import android.content.Intent;

/** Would answer intents. */
public interface IntentStubber {
  Instrumentation.ActivityResult getActivityResultForIntent(Intent intent);
}
