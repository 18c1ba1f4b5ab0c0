package pocketdiffusion.app;

import android.app.Application;
import android.content.ComponentCallbacks2;
import android.content.pm.PackageManager;
import android.os.Handler;
import android.os.Looper;
import java.nio.file.Path;
import pocketdiffusion.bridge.ControlMessage;
import pocketdiffusion.bridge.CrashMark;
import pocketdiffusion.bridge.Engine;
import pocketdiffusion.bridge.Heat;
import pocketdiffusion.bridge.Host;
import pocketdiffusion.bridge.NpuSetup;
import pocketdiffusion.bridge.WatchedEngine;

/** What there is once in a process, and stays when the activity goes: the models, the engine, the host. */
public final class PocketApplication extends Application {
  private final Handler main = new Handler(Looper.getMainLooper());
  private Phone phone;
  private Natives natives;
  private ModelStore models;
  private Engine engine;
  private Host host;
  private DrawingSpan span;
  /** Null while nothing is shown. */
  private Screen screen;
  /** Null while there is none. */
  private DrawingService service;
  private boolean hot = false;

  @Override
  public void onCreate() {
    super.onCreate();
    models = ModelStore.in(getFilesDir().toPath().resolve("models"), () -> main.post(this::modelsChanged));
    phone = Phone.of(this, () -> main.post(this::heated));
    hot = Heat.dutyPercent(phone.thermal()) < 100;
    natives = Natives.of(this);
    engine = BuiltInEngine.over(phone, models, setup());
    span = DrawingSpan.of((milliseconds, work) -> main.postDelayed(work, milliseconds), this::drawing);
    host = Host.over(WatchedEngine.of(engine, span));
  }

  /** Null in a build without an NPU's libraries. */
  private NpuSetup setup() {
    if (natives.qnnVersion == null) return null;
    Path own = getNoBackupFilesDir().toPath();
    CrashMark mark = CrashMark.at(own.resolve("npu-mark"), natives.qnnVersion + ", " + installed());
    if (mark.diedIn() != null && Exits.lastWasWanted(this)) mark.forget();
    String plugin = natives.has(BuiltInEngine.PLUGIN) ? BuiltInEngine.PLUGIN : null;
    Runnable onKnown = () -> main.post(() -> say(ControlMessage.changed("npu")));
    return NpuSetup.of(own.resolve("contexts"), plugin, BuiltInEngine.BACKEND, natives.qnnVersion, mark, onKnown);
  }

  /** Another number after each installation, of a newer version or of the same. */
  @SuppressWarnings("deprecation")
  private long installed() {
    try {
      return getPackageManager().getPackageInfo(getPackageName(), 0).lastUpdateTime;
    } catch (PackageManager.NameNotFoundException notOurselves) {
      throw new IllegalStateException(notOurselves);
    }
  }

  Host host() {
    return host;
  }

  ModelStore models() {
    return models;
  }

  Phone phone() {
    return phone;
  }

  /** Of Qualcomm's libraries; null where they are not in this build. */
  String qnnVersion() {
    return natives.qnnVersion;
  }

  Engine engine() {
    return engine;
  }

  /** Whether this build computes with native models at all. */
  boolean equipped() {
    return BuiltInEngine.computes(engine);
  }

  /** What is shown from now on; it hears of nothing once it is {@code hides}. */
  void shows(Screen screen) {
    this.screen = screen;
  }

  void hides(Screen screen) {
    if (this.screen == screen) this.screen = null;
  }

  /** Null: there is none any more. */
  void serves(DrawingService service) {
    this.service = service;
  }

  /** Whether the temperature makes drawing slower, or impossible. */
  boolean isHot() {
    return hot;
  }

  /** On the main thread. */
  boolean isDrawing() {
    return span.isDrawing();
  }

  /** The person wants no more of what is drawn. On the main thread. */
  void cancelDrawing() {
    span.canceled();
    host.cancelAll();
    say(ControlMessage.cancel());
  }

  /** On the main thread. */
  void pageDraws(boolean draws) {
    span.page(draws);
  }

  /** On the main thread. */
  void progress(int index, int of) {
    if (span.isDrawing() && service != null) service.progress(index, of);
  }

  /** On the main thread. */
  void drawing(boolean begins) {
    if (!begins) {
      if (service != null) service.end();
      return;
    }
    DrawingService.start(this);
    if (screen != null) screen.drawingBegins();
  }

  private void modelsChanged() {
    host.modelsChanged();
    say(ControlMessage.changed("models"));
  }

  private void heated() {
    boolean before = hot;
    hot = Heat.dutyPercent(phone.thermal()) < 100;
    say(ControlMessage.changed("thermal"));
    if (!span.isDrawing()) return;
    if (service != null && hot != before) service.show();
    if (screen == null) return;
    if (Heat.isTooHot(phone.thermal())) screen.tell(R.string.too_hot);
    else if (hot && !before) screen.tell(R.string.hot);
  }

  private void say(String text) {
    if (screen != null) screen.say(text);
  }

  /** What stays open for the next picture is the first to go, but not only because the app is no longer in front. */
  @Override
  public void onTrimMemory(int level) {
    super.onTrimMemory(level);
    boolean shortOfMemory = level >= ComponentCallbacks2.TRIM_MEMORY_RUNNING_LOW;
    if (shortOfMemory && level != ComponentCallbacks2.TRIM_MEMORY_UI_HIDDEN) host.closeIdle();
  }

  @Override
  public void onLowMemory() {
    super.onLowMemory();
    host.closeIdle();
  }
}
