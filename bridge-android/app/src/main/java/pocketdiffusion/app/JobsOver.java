package pocketdiffusion.app;

import android.content.Context;
import android.content.SharedPreferences;

/** The number of the last job that is over, in the app's preferences. */
final class JobsOver implements KeptJob.Over {
  private static final String FILE = "jobs";
  private static final String LAST = "over";

  private final SharedPreferences preferences;

  JobsOver(Context context) {
    this.preferences = context.getSharedPreferences(FILE, Context.MODE_PRIVATE);
  }

  @Override
  public long last() {
    return preferences.getLong(LAST, 0);
  }

  @Override
  public void is(long number) {
    if (number > last()) preferences.edit().putLong(LAST, number).apply();
  }
}
