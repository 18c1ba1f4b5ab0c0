package pocketdiffusion.app;

import android.app.Activity;
import android.app.AlertDialog;
import android.widget.ProgressBar;
import java.io.IOException;
import pocketdiffusion.bridge.BridgeFault;
import pocketdiffusion.bridge.Cancellation;

/** An import on a thread of its own, with a bar and a way to cancel it; at its end the person hears of it. */
final class ImportTask {
  private static final int STEPS = 1000;

  private final Activity activity;
  private final Cancellation cancellation = new Cancellation();
  private final ProgressBar bar;
  private final AlertDialog dialog;
  private boolean ended = false;

  private ImportTask(Activity activity, String name) {
    this.activity = activity;
    bar = new ProgressBar(activity, null, android.R.attr.progressBarStyleHorizontal);
    bar.setMax(STEPS);
    int space = (int) (24 * activity.getResources().getDisplayMetrics().density);
    bar.setPadding(space, space, space, 0);
    dialog =
        new AlertDialog.Builder(activity)
            .setMessage(activity.getString(R.string.importing, name))
            .setView(bar)
            .setCancelable(false)
            .setNegativeButton(R.string.cancel, (shown, button) -> cancellation.cancel())
            .show();
  }

  static ImportTask start(Activity activity, ModelStore store, Tree tree) {
    String name = tree.name();
    ImportTask task = new ImportTask(activity, name);
    new Thread(() -> task.run(store, tree, name), "import").start();
    return task;
  }

  boolean goesOn() {
    return !ended;
  }

  void cancel() {
    cancellation.cancel();
    dialog.dismiss();
  }

  private void run(ModelStore store, Tree tree, String name) {
    String said;
    try {
      ModelImport.run(store, tree, this::progress, cancellation);
      said = activity.getString(R.string.imported, name);
    } catch (BridgeFault fault) {
      boolean canceled = fault.code == BridgeFault.Code.ABORTED;
      said = canceled ? null : activity.getString(R.string.import_failed, fault.getMessage());
    } catch (IOException fault) {
      said = activity.getString(R.string.import_failed, fault.getMessage());
    }
    String last = said;
    activity.runOnUiThread(() -> end(last));
  }

  private void progress(long done, long of) {
    int step = of == 0 ? 0 : (int) (done * STEPS / of);
    bar.post(() -> bar.setProgress(step));
  }

  private void end(String said) {
    ended = true;
    dialog.dismiss();
    if (said == null || activity.isFinishing() || activity.isDestroyed()) return;
    new AlertDialog.Builder(activity).setMessage(said).setPositiveButton(R.string.close, null).show();
  }
}
