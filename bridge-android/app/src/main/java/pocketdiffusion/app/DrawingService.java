package pocketdiffusion.app;

import android.app.NotificationManager;
import android.app.Service;
import android.content.Context;
import android.content.Intent;
import android.os.IBinder;
import android.os.PowerManager;

/**
 * Keeps the app going and the processor awake while there is a drawing, and says so with a way to cancel it.
 *
 * <p>Invariant: nobody stops it from outside. Android ends the whole app where what was begun in the foreground is stopped before it
 * has called {@code startForeground}: so it does that first, whatever became of the drawing meanwhile, and stops itself then; and never a
 * start that it has not seen yet.
 */
public final class DrawingService extends Service {
  static final String CANCEL = "pocketdiffusion.app.CANCEL";
  /** After the last sign of progress: longer than any step, so that no mistake keeps a phone awake for ever. */
  private static final long AWAKE_MILLISECONDS = 60 * 60_000;

  private PowerManager.WakeLock awake;
  private int index = 0;
  private int of = 0;
  /** The last start that it has seen; 0 before the first. */
  private int started = 0;

  /** Does nothing where Android does not let an app in the background begin this: then drawing goes on as long as it may. */
  static void start(Context context) {
    try {
      context.startForegroundService(new Intent(context, DrawingService.class));
    } catch (IllegalStateException inTheBackground) {
      // Android 12 and newer.
    }
  }

  @Override
  public void onCreate() {
    DrawingNotification.prepare(this);
    awake = getSystemService(PowerManager.class).newWakeLock(PowerManager.PARTIAL_WAKE_LOCK, "pocketdiffusion:drawing");
    awake.setReferenceCounted(false);
    application().serves(this);
  }

  @Override
  public int onStartCommand(Intent intent, int flags, int startId) {
    started = startId;
    startForeground(DrawingNotification.ID, DrawingNotification.of(this, index, of, application().isHot()));
    if (intent != null && CANCEL.equals(intent.getAction())) application().cancelDrawing();
    if (application().isDrawing()) awake.acquire(AWAKE_MILLISECONDS);
    else end();
    return START_NOT_STICKY;
  }

  /** There is no drawing any more. On the main thread. */
  void end() {
    if (started > 0) stopSelf(started);
  }

  /** {@code index} of {@code of} steps are done. On the main thread. */
  void progress(int index, int of) {
    if (index == this.index && of == this.of) return;
    this.index = index;
    this.of = of;
    // From now on; a drawing of many pictures takes hours.
    if (started > 0) awake.acquire(AWAKE_MILLISECONDS);
    show();
  }

  /** Anew, as things are. */
  void show() {
    NotificationManager manager = getSystemService(NotificationManager.class);
    manager.notify(DrawingNotification.ID, DrawingNotification.of(this, index, of, application().isHot()));
  }

  /** The app was swept away, and its page with it. */
  @Override
  public void onTaskRemoved(Intent intent) {
    application().cancelDrawing();
    end();
  }

  @Override
  public void onDestroy() {
    application().serves(null);
    awake.release();
  }

  @Override
  public IBinder onBind(Intent intent) {
    return null;
  }

  private PocketApplication application() {
    return (PocketApplication) getApplication();
  }
}
