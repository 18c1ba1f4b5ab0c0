package pocketdiffusion.app;

import android.app.Activity;
import android.app.AlertDialog;
import android.net.Uri;
import android.os.Handler;
import android.os.Looper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import pocketdiffusion.bridge.Cancellation;
import pocketdiffusion.bridge.Engine;
import pocketdiffusion.bridge.Model;
import pocketdiffusion.bridge.ModelFolder;
import pocketdiffusion.bridge.NpuTrial;
import pocketdiffusion.bridge.Offer;
import pocketdiffusion.bridge.Status;

/**
 * How fast this phone is: a person picks a model, waits or cancels, reads what was found, shares it as a file. An NPU that was given
 * up can be tried again from here.
 */
final class BenchmarkScreen {
  /** The page has that long to say what it heard. */
  static final long ECHO_MILLISECONDS = 10_000;

  private final Activity activity;
  private final PocketApplication application;
  private final Engine engine;
  private final Supplier<TopFrame> page;
  private final Handler main = new Handler(Looper.getMainLooper());
  private AlertDialog dialog;
  private ProgressBox box;
  private BridgeEcho echo;
  /** Null while nothing is measured. */
  private Cancellation cancellation;

  /** {@code page}: gives null while none is shown. */
  BenchmarkScreen(Activity activity, PocketApplication application, Engine engine, Supplier<TopFrame> page) {
    this.activity = activity;
    this.application = application;
    this.engine = engine;
    this.page = page;
  }

  void show() {
    if (cancellation != null) return;
    List<Model> models = new ArrayList<>();
    for (ModelFolder each : application.models().folders()) models.add(each.model);
    show(models);
  }

  void show(List<Model> models) {
    AlertDialog.Builder builder =
        new AlertDialog.Builder(activity).setNegativeButton(R.string.close, null).setTitle(R.string.benchmark);
    boolean failed = canTryAgain();
    // A dialog has either a text or a list.
    if (models.isEmpty()) builder.setMessage(failed ? R.string.npu_fails : R.string.benchmark_none);
    else builder.setTitle(R.string.benchmark_of).setItems(names(models), (shown, row) -> begin(models.get(row)));
    if (failed) builder.setNeutralButton(R.string.npu_again, (shown, button) -> ((NpuTrial) engine).tryAgain());
    dialog = builder.show();
  }

  private static CharSequence[] names(List<Model> models) {
    CharSequence[] names = new CharSequence[models.size()];
    for (int i = 0; i < names.length; i++) names[i] = models.get(i).name;
    return names;
  }

  /** What failed, or died of it, is not tried again by itself. */
  private boolean canTryAgain() {
    if (!(engine instanceof NpuTrial)) return false;
    String why = engine.status().why(Status.NPU);
    return why.equals("crashed-before") || why.equals("probe-failed") || why.equals("not-loaded");
  }

  private void begin(Model model) {
    Cancellation begun = new Cancellation();
    cancellation = begun;
    box = ProgressBox.show(activity, measuring(activity.getString(R.string.measuring_bridge)), this::cancel);
    BenchmarkReport report = BenchmarkReport.begin(application, model);
    TopFrame top = page.get();
    if (top == null) {
      networks(begun, model, report, null);
      return;
    }
    echo = BridgeEcho.begin(top, System::nanoTime, found -> networks(begun, model, report, found));
    main.postDelayed(() -> echoIsLate(begun, model, report), ECHO_MILLISECONDS);
  }

  private void echoIsLate(Cancellation begun, Model model, BenchmarkReport report) {
    if (cancellation != begun || echo == null) return;
    echo.end();
    networks(begun, model, report, null);
  }

  private void networks(Cancellation begun, Model model, BenchmarkReport report, Map<String, Object> bridge) {
    if (cancellation != begun) return;
    echo = null;
    report.bridge(bridge);
    application
        .host()
        .measure(
            model,
            (offer, backend, done, of) -> main.post(() -> next(begun, offer, backend, done, of)),
            begun,
            found -> main.post(() -> done(begun, report, found)));
  }

  private void next(Cancellation begun, Offer offer, String backend, int done, int of) {
    if (cancellation != begun) return;
    box.say(measuring(offer.stage + " · " + backend));
    box.at(done, of);
  }

  private String measuring(String what) {
    return activity.getString(R.string.measuring, what);
  }

  private void done(Cancellation begun, BenchmarkReport report, List<Map<String, Object>> found) {
    if (cancellation != begun) return;
    stop();
    if (found == null) return;
    report.end(found);
    try {
      Uri file = ReportProvider.write(activity, "pocket-diffusion-benchmark.json", report.json());
      dialog =
          new AlertDialog.Builder(activity)
              .setTitle(R.string.measured)
              .setMessage(report.lines())
              .setNegativeButton(R.string.close, null)
              .setPositiveButton(R.string.share, (shown, button) -> Messages.share(activity, file, ReportProvider.TYPE))
              .show();
    } catch (IOException full) {
      String said = activity.getString(R.string.measure_failed, full.getMessage());
      dialog = new AlertDialog.Builder(activity).setMessage(said).setPositiveButton(R.string.close, null).show();
    }
  }

  private void cancel() {
    if (cancellation != null) cancellation.cancel();
    stop();
  }

  private void stop() {
    cancellation = null;
    if (echo != null) echo.end();
    echo = null;
    if (box != null) box.dismiss();
    box = null;
  }

  /** The screen is gone, and what is measured with it. */
  void close() {
    cancel();
    if (dialog != null) dialog.dismiss();
    dialog = null;
  }
}
