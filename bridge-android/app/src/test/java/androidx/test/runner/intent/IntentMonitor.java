package androidx.test.runner.intent;

/** Hears of intents; nobody here asks it. */
public interface IntentMonitor {}
