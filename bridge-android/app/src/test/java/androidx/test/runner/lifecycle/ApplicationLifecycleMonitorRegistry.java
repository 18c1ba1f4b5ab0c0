package androidx.test.runner.lifecycle;

/** Takes the one monitor of applications. */
public final class ApplicationLifecycleMonitorRegistry {
  private ApplicationLifecycleMonitorRegistry() {}

  public static void registerInstance(ApplicationLifecycleMonitor registered) {
    // Nobody here asks for it.
  }
}
