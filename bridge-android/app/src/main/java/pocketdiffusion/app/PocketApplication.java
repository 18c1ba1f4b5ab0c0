package pocketdiffusion.app;

import android.app.Application;
import android.os.Handler;
import android.os.Looper;
import java.nio.file.Path;
import pocketdiffusion.bridge.Engine;
import pocketdiffusion.bridge.Host;
import pocketdiffusion.bridge.WatchedEngine;

/** What there is once in a process, and stays when the activity goes: the models, the engine, the host. */
public final class PocketApplication extends Application {
  private final Handler main = new Handler(Looper.getMainLooper());
  private ModelStore models;
  private Host host;
  private boolean equipped;
  private Runnable onDrawing = () -> {};
  private DrawingSpan span;

  @Override
  public void onCreate() {
    super.onCreate();
    models = ModelStore.in(getFilesDir().toPath().resolve("models"));
    Natives natives = Natives.of(this);
    Path contexts = getNoBackupFilesDir().toPath().resolve("contexts");
    Engine engine = BuiltInEngine.over(Phone.of(this), models, contexts, natives.qnnVersion, natives.has(BuiltInEngine.PLUGIN));
    equipped = BuiltInEngine.computes(engine);
    span = DrawingSpan.of((milliseconds, work) -> main.postDelayed(work, milliseconds), this::drawing);
    host = Host.over(WatchedEngine.of(engine, span));
  }

  Host host() {
    return host;
  }

  ModelStore models() {
    return models;
  }

  /** Whether this build computes with native models at all. */
  boolean equipped() {
    return equipped;
  }

  /** Called when drawing begins, on the main thread. */
  void onDrawing(Runnable work) {
    onDrawing = work;
  }

  /** The person wants no more of what is drawn. On the main thread. */
  void cancelDrawing() {
    span.canceled();
    host.cancelAll();
  }

  /** On the main thread. */
  void drawing(boolean begins) {
    if (!begins) {
      DrawingService.stop(this);
      return;
    }
    DrawingService.start(this);
    onDrawing.run();
  }
}
