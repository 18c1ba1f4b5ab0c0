package androidx.test.runner.intent;

/** Takes the one monitor of intents. */
public final class IntentMonitorRegistry {
  private IntentMonitorRegistry() {}

  public static void registerInstance(IntentMonitor registered) {
    // Nobody here asks for it.
  }
}
