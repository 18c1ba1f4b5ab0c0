package androidx.test.runner.lifecycle;

/** Hears of applications; nobody here asks it. */
public interface ApplicationLifecycleMonitor {}
