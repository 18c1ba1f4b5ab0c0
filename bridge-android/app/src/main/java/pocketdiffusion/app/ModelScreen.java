package pocketdiffusion.app;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.ActivityNotFoundException;
import android.content.Intent;
import android.text.format.Formatter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import pocketdiffusion.bridge.ModelFolder;

/** The host's own models: what is here, a folder more, one less. */
final class ModelScreen {
  private final Activity activity;
  private final int request;
  private final ModelStore store;
  private final boolean equipped;
  private final Runnable onMeasure;
  private AlertDialog dialog;
  private ImportTask task;

  /**
   * {@code equipped}: whether this build computes with them. {@code request}: of the picker of folders. {@code onMeasure}: the person
   * wants to know how fast they are.
   */
  ModelScreen(Activity activity, int request, ModelStore store, boolean equipped, Runnable onMeasure) {
    this.activity = activity;
    this.request = request;
    this.store = store;
    this.equipped = equipped;
    this.onMeasure = onMeasure;
  }

  void show() {
    if (task != null && task.goesOn()) return;
    dismiss();
    List<ModelFolder> models = store.folders();
    AlertDialog.Builder builder =
        new AlertDialog.Builder(activity)
            .setTitle(R.string.models)
            .setNegativeButton(R.string.close, null)
            .setPositiveButton(R.string.import_folder, (shown, button) -> pick());
    // A dialog has either a text or a list.
    if (!equipped) builder.setMessage(R.string.models_no_engine);
    else if (models.isEmpty()) builder.setMessage(R.string.models_none);
    else builder.setItems(rows(models), (shown, row) -> askToDelete(models.get(row)));
    if (equipped) builder.setNeutralButton(R.string.benchmark, (shown, button) -> onMeasure.run());
    dialog = builder.show();
  }

  private CharSequence[] rows(List<ModelFolder> models) {
    List<CharSequence> rows = new ArrayList<>();
    for (ModelFolder each : models) {
      String bytes = Formatter.formatShortFileSize(activity, each.model.bytes);
      rows.add(activity.getString(R.string.models_row, each.model.name, bytes));
    }
    return rows.toArray(new CharSequence[0]);
  }

  private void askToDelete(ModelFolder model) {
    dialog =
        new AlertDialog.Builder(activity)
            .setMessage(activity.getString(R.string.delete_model, model.model.name))
            .setNegativeButton(R.string.cancel, (shown, button) -> show())
            .setPositiveButton(R.string.delete, (shown, button) -> delete(model))
            .show();
  }

  private void delete(ModelFolder model) {
    try {
      store.delete(model);
    } catch (IOException stays) {
      // The list shows it.
    }
    show();
  }

  private void pick() {
    try {
      activity.startActivityForResult(new Intent(Intent.ACTION_OPEN_DOCUMENT_TREE), request);
    } catch (ActivityNotFoundException noPicker) {
      Messages.tell(activity, R.string.no_app);
    }
  }

  void picked(int result, Intent data) {
    if (result != Activity.RESULT_OK || data == null || data.getData() == null) return;
    if (task != null && task.goesOn()) return;
    dismiss();
    task = ImportTask.start(activity, store, new DocumentTree(activity.getContentResolver(), data.getData()));
  }

  /** The screen is gone; an import ends with it, and leaves nothing behind. */
  void close() {
    dismiss();
    if (task != null) task.cancel();
  }

  private void dismiss() {
    if (dialog != null) dialog.dismiss();
    dialog = null;
  }
}
