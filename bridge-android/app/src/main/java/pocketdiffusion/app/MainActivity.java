package pocketdiffusion.app;

import android.Manifest;
import android.app.Activity;
import android.content.Intent;
import android.content.pm.PackageManager;
import android.content.res.Configuration;
import android.os.Build;
import android.os.Bundle;
import android.webkit.WebView;
import android.widget.FrameLayout;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The one screen: the page, from edge to edge. */
public final class MainActivity extends Activity implements Screen {
  static final String MODELS = "pocketdiffusion.app.MODELS";
  static final int FILES = 1;
  static final int FOLDER = 2;
  static final int PLACE = 3;
  private static final int NOTIFICATIONS = 4;
  private static final String JOB = "job";
  private static final String NUMBER = "job-number";

  private final ExecutorService writer = Executors.newSingleThreadExecutor(work -> new Thread(work, "saver"));
  private KeptJob job;
  private FrameLayout frame;
  private FileChooser chooser;
  private BlobSaver saver;
  private ModelScreen models;
  private BenchmarkScreen benchmark;
  private Page page;

  @Override
  protected void onCreate(Bundle saved) {
    super.onCreate(saved);
    frame = new FrameLayout(this);
    setContentView(frame);
    EdgeToEdge.apply(this, frame);
    chooser = new FileChooser(this, FILES);
    saver = new BlobSaver(this, PLACE, writer);
    job = new KeptJob(new JobsOver(this));
    PocketApplication application = (PocketApplication) getApplication();
    benchmark = new BenchmarkScreen(this, application, application.engine(), () -> page.top());
    models = new ModelScreen(this, FOLDER, application.models(), application.equipped(), benchmark::show);
    page = new Page(this, frame, chooser, saver, job, models::show);
    if (saved != null) job.restore(saved.getString(JOB), saved.getLong(NUMBER));
    page.open();
    application.shows(this);
    if (saved == null) heed(getIntent());
  }

  @Override
  protected void onNewIntent(Intent intent) {
    super.onNewIntent(intent);
    heed(intent);
  }

  private void heed(Intent intent) {
    if (MODELS.equals(intent.getAction())) models.show();
  }

  @Override
  protected void onSaveInstanceState(Bundle saved) {
    super.onSaveInstanceState(saved);
    saved.putString(JOB, job.text());
    saved.putLong(NUMBER, job.number());
  }

  /** Everything stays where it is; the bars take their colors from day or night. */
  @Override
  public void onConfigurationChanged(Configuration changed) {
    super.onConfigurationChanged(changed);
    frame.setBackgroundColor(getColor(R.color.paper));
    EdgeToEdge.tint(this);
  }

  @Override
  protected void onActivityResult(int request, int result, Intent data) {
    if (request == FILES) chooser.picked(result, data);
    else if (request == FOLDER) models.picked(result, data);
    else if (request == PLACE) saver.picked(result, data);
  }

  /** Within the page first; then the page stays as it is, behind whatever was before it. */
  @Override
  @SuppressWarnings("deprecation")
  public void onBackPressed() {
    WebView view = page.view();
    if (view != null && view.canGoBack()) view.goBack();
    else moveTaskToBack(true);
  }

  @Override
  protected void onDestroy() {
    ((PocketApplication) getApplication()).hides(this);
    models.close();
    benchmark.close();
    // Who is not finished comes back, and with it what was saved.
    if (!isFinishing()) job.lose();
    page.close();
    writer.shutdown();
    super.onDestroy();
  }

  Page page() {
    return page;
  }

  KeptJob job() {
    return job;
  }

  @Override
  public void say(String text) {
    page.say(text);
  }

  @Override
  public void tell(int text) {
    Messages.tell(this, text);
  }

  /** Asks to notify: without it drawing goes on just the same, untold. Android asks twice at most. */
  @Override
  public void drawingBegins() {
    if (Build.VERSION.SDK_INT < 33) return;
    String permission = Manifest.permission.POST_NOTIFICATIONS;
    if (checkSelfPermission(permission) == PackageManager.PERMISSION_GRANTED) return;
    requestPermissions(new String[] {permission}, NOTIFICATIONS);
  }
}
