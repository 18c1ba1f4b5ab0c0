package pocketdiffusion.app;

import android.app.Activity;
import android.app.AlertDialog;
import android.widget.ProgressBar;

/** What goes on, how far it is, and a way to cancel it. On the main thread, but for {@code at}. */
final class ProgressBox {
  private static final int STEPS = 1000;

  private final ProgressBar bar;
  private final AlertDialog dialog;

  private ProgressBox(ProgressBar bar, AlertDialog dialog) {
    this.bar = bar;
    this.dialog = dialog;
  }

  static ProgressBox show(Activity activity, String text, Runnable onCancel) {
    ProgressBar bar = new ProgressBar(activity, null, android.R.attr.progressBarStyleHorizontal);
    bar.setMax(STEPS);
    int space = (int) (24 * activity.getResources().getDisplayMetrics().density);
    bar.setPadding(space, space, space, 0);
    AlertDialog dialog =
        new AlertDialog.Builder(activity)
            .setMessage(text)
            .setView(bar)
            .setCancelable(false)
            .setNegativeButton(R.string.cancel, (shown, button) -> onCancel.run())
            .show();
    return new ProgressBox(bar, dialog);
  }

  void say(String text) {
    dialog.setMessage(text);
  }

  /** From any thread. */
  void at(long done, long of) {
    int step = of == 0 ? 0 : (int) (done * STEPS / of);
    bar.post(() -> bar.setProgress(step));
  }

  void dismiss() {
    dialog.dismiss();
  }
}
