package pocketdiffusion.app;

import android.app.Activity;
import android.app.AlertDialog;
import java.io.IOException;
import pocketdiffusion.bridge.BridgeFault;
import pocketdiffusion.bridge.Cancellation;

/** An import on a thread of its own, with a bar and a way to cancel it; at its end the person hears of it. */
final class ImportTask {
  private final Activity activity;
  private final Cancellation cancellation = new Cancellation();
  private final ProgressBox box;
  private boolean ended = false;

  private ImportTask(Activity activity, String name) {
    this.activity = activity;
    box = ProgressBox.show(activity, activity.getString(R.string.importing, name), cancellation::cancel);
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
    box.dismiss();
  }

  private void run(ModelStore store, Tree tree, String name) {
    String said;
    try {
      boolean arrived = ModelImport.run(store, tree, box::at, cancellation);
      said = activity.getString(arrived ? R.string.imported : R.string.already_here, name);
    } catch (BridgeFault fault) {
      boolean canceled = fault.code == BridgeFault.Code.ABORTED;
      said = canceled ? null : activity.getString(R.string.import_failed, fault.getMessage());
    } catch (IOException fault) {
      said = activity.getString(R.string.import_failed, fault.getMessage());
    }
    String last = said;
    activity.runOnUiThread(() -> end(last));
  }

  private void end(String said) {
    ended = true;
    box.dismiss();
    if (said == null || activity.isFinishing() || activity.isDestroyed()) return;
    new AlertDialog.Builder(activity).setMessage(said).setPositiveButton(R.string.close, null).show();
  }
}
