package pocketdiffusion.app;

import android.app.Notification;
import android.app.NotificationChannel;
import android.app.NotificationManager;
import android.app.PendingIntent;
import android.content.Context;
import android.content.Intent;
import android.graphics.drawable.Icon;

/** What is told while there is a drawing: how far it is where the page says so, else for how long it has been; and a way to cancel it. */
final class DrawingNotification {
  static final int ID = 1;
  private static final String CHANNEL = "drawing";

  private DrawingNotification() {}

  /** Once before the first. */
  static void prepare(Context context) {
    String name = context.getString(R.string.drawing_channel);
    NotificationChannel channel = new NotificationChannel(CHANNEL, name, NotificationManager.IMPORTANCE_LOW);
    context.getSystemService(NotificationManager.class).createNotificationChannel(channel);
  }

  /** {@code index} of {@code of} steps are done; nobody knows where {@code of} is 0. {@code hot}: so it takes longer. */
  static Notification of(Context context, int index, int of, boolean hot) {
    Intent open = new Intent(context, MainActivity.class);
    Intent cancel = new Intent(context, DrawingService.class).setAction(DrawingService.CANCEL);
    PendingIntent canceling = PendingIntent.getService(context, 0, cancel, PendingIntent.FLAG_IMMUTABLE);
    Icon icon = Icon.createWithResource(context, R.drawable.drawing);
    Notification.Builder builder =
        new Notification.Builder(context, CHANNEL)
            .setSmallIcon(icon)
            .setContentTitle(context.getString(R.string.drawing))
            .setProgress(of, index, of == 0)
            .setUsesChronometer(true)
            .setOnlyAlertOnce(true)
            .setOngoing(true)
            .setContentIntent(PendingIntent.getActivity(context, 0, open, PendingIntent.FLAG_IMMUTABLE))
            .addAction(new Notification.Action.Builder(icon, context.getString(R.string.cancel), canceling).build());
    if (of > 0) builder.setSubText(context.getString(R.string.steps, index, of));
    if (hot) builder.setContentText(context.getString(R.string.hot));
    return builder.build();
  }
}
