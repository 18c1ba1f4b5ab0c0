package androidx.test.platform.app;

import android.app.Instrumentation;
import android.os.Bundle;

/** Holds the one instrumentation. */
public final class InstrumentationRegistry {
  private static Instrumentation instrumentation;

  private InstrumentationRegistry() {}

  public static void registerInstance(Instrumentation registered, Bundle arguments) {
    instrumentation = registered;
  }

  public static Instrumentation getInstrumentation() {
    return instrumentation;
  }
}
