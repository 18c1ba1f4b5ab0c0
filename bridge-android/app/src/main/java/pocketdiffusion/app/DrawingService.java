package pocketdiffusion.app;

import android.app.Notification;
import android.app.NotificationChannel;
import android.app.NotificationManager;
import android.app.PendingIntent;
import android.app.Service;
import android.content.Context;
import android.content.Intent;
import android.graphics.drawable.Icon;
import android.os.IBinder;
import android.os.PowerManager;

/** Keeps the app going and the processor awake while the host draws, and says so with a way to cancel it. */
public final class DrawingService extends Service {
  static final String CANCEL = "pocketdiffusion.app.CANCEL";
  static final int NOTIFICATION = 1;
  private static final String CHANNEL = "drawing";
  /** Longer than any drawing; so that no mistake keeps a phone awake for ever. */
  private static final long AWAKE_MILLISECONDS = 60 * 60_000;

  private PowerManager.WakeLock awake;

  /** Does nothing where Android does not let an app in the background begin this: then drawing goes on as long as it may. */
  static void start(Context context) {
    try {
      context.startForegroundService(new Intent(context, DrawingService.class));
    } catch (IllegalStateException inTheBackground) {
      // Android 12 and newer.
    }
  }

  static void stop(Context context) {
    context.stopService(new Intent(context, DrawingService.class));
  }

  @Override
  public void onCreate() {
    NotificationChannel channel =
        new NotificationChannel(CHANNEL, getString(R.string.drawing_channel), NotificationManager.IMPORTANCE_LOW);
    getSystemService(NotificationManager.class).createNotificationChannel(channel);
    awake = getSystemService(PowerManager.class).newWakeLock(PowerManager.PARTIAL_WAKE_LOCK, "pocketdiffusion:drawing");
    awake.setReferenceCounted(false);
  }

  @Override
  public int onStartCommand(Intent intent, int flags, int startId) {
    startForeground(NOTIFICATION, notification());
    awake.acquire(AWAKE_MILLISECONDS);
    if (intent != null && CANCEL.equals(intent.getAction())) cancel();
    return START_NOT_STICKY;
  }

  /** The app was swept away, and its page with it. */
  @Override
  public void onTaskRemoved(Intent intent) {
    cancel();
  }

  @Override
  public void onDestroy() {
    awake.release();
  }

  @Override
  public IBinder onBind(Intent intent) {
    return null;
  }

  private void cancel() {
    ((PocketApplication) getApplication()).cancelDrawing();
    stopSelf();
  }

  /** How many steps there will be is the page's to know: the notification tells for how long it has been. */
  private Notification notification() {
    Intent open = new Intent(this, MainActivity.class);
    Intent cancel = new Intent(this, DrawingService.class).setAction(CANCEL);
    PendingIntent canceling = PendingIntent.getService(this, 0, cancel, PendingIntent.FLAG_IMMUTABLE);
    Icon icon = Icon.createWithResource(this, R.drawable.drawing);
    return new Notification.Builder(this, CHANNEL)
        .setSmallIcon(icon)
        .setContentTitle(getString(R.string.drawing))
        .setProgress(0, 0, true)
        .setUsesChronometer(true)
        .setOngoing(true)
        .setContentIntent(PendingIntent.getActivity(this, 0, open, PendingIntent.FLAG_IMMUTABLE))
        .addAction(new Notification.Action.Builder(icon, getString(R.string.cancel), canceling).build())
        .build();
  }
}
