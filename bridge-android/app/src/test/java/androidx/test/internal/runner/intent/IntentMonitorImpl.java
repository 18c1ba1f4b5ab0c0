package androidx.test.internal.runner.intent;

import android.content.Intent;
import androidx.test.runner.intent.IntentMonitor;

/** Is told, and forgets: Robolectric remembers intents itself. */
public final class IntentMonitorImpl implements IntentMonitor {
  public void signalIntent(Intent intent) {
    // Nobody here asks for it.
  }
}
