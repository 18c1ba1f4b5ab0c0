package pocketdiffusion.app;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.Manifest;
import android.app.ActivityManager;
import android.app.Notification;
import android.content.ComponentCallbacks2;
import android.content.ComponentName;
import android.content.Intent;
import android.os.Looper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ServiceController;
import org.robolectric.annotation.Config;
import org.robolectric.shadows.ShadowPowerManager;
import pocketdiffusion.ort.OrtEngine;

/** A page draws over its port; the phone is kept awake, tells so, and the person can cancel it. */
@RunWith(RobolectricTestRunner.class)
public final class DrawingServiceTest {
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private PocketApplication application;
  private MainActivity activity;
  private FakeFrame.End page;

  @Before
  public void start() {
    application = (PocketApplication) RuntimeEnvironment.getApplication();
    activity = Robolectric.buildActivity(MainActivity.class).setup().get();
    FakeFrame.End[] ends = Arrays.copyOf(new FakeFrame().channel(), 2, FakeFrame.End[].class);
    PortConnection.over(TextPort.over(ends[0], Runnable::run), application.host());
    page = ends[1];
    page.listen(text -> heard.add(new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8)));
  }

  @After
  public void close() {
    application.host().close();
  }

  private void ask(String type, int call, String more) {
    String metadata = "{\"type\":\"" + type + "\",\"protocol\":\"1\",\"call\":\"" + call + "\"" + more + "}";
    byte[] header = ("{\"__metadata__\":" + metadata + "}").getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[8 + header.length];
    bytes[0] = (byte) header.length;
    bytes[1] = (byte) (header.length >> 8);
    System.arraycopy(header, 0, bytes, 8, header.length);
    page.post(Base64.getEncoder().encodeToString(bytes));
  }

  /** What is said next beside that it goes on; "nothing" where that is all for too long. */
  private String hear() throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      String text = heard.poll(20, TimeUnit.SECONDS);
      if (text == null) break;
      if (!text.contains("\"type\":\"progress\"")) return text;
    }
    return "nothing";
  }

  private void draw() throws InterruptedException {
    ask("hello", 1, ",\"protocols\":\"1\"");
    hear();
    String size = ",\"batch\":\"1\",\"width\":\"64\",\"height\":\"64\"";
    String what = ",\"session\":\"1\",\"stage\":\"unet\",\"backend\":\"native-cpu\",\"model\":\"" + OrtEngine.MODEL + "\"";
    ask("open", 2, what + size);
    String opened = hear();
    assertTrue(opened, opened.contains("\"type\":\"answer\""));
    ask("run", 3, ",\"session\":\"1\"");
    shadowOf(Looper.getMainLooper()).idle();
  }

  @Test
  @Config(sdk = {28, 33})
  public void aRunBeginsTheServiceAndItsEndEndsItAWhileLater() throws Exception {
    draw();
    Intent started = shadowOf(application).getNextStartedService();
    assertEquals(new ComponentName(application, DrawingService.class), started.getComponent());
    ask("cancel", 3, "");
    assertTrue(hear().contains("\"code\":\"aborted\""));
    DrawingService service = Robolectric.buildService(DrawingService.class).create().startCommand(0, 1).get();
    assertFalse(shadowOf(service).isStoppedBySelf());
    ask("close", 4, ",\"session\":\"1\"");
    hear();
    shadowOf(Looper.getMainLooper()).idle();
    shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(DrawingSpan.PAUSE_MILLISECONDS));
    assertTrue(shadowOf(service).isStoppedBySelf());
    assertNull("from outside it would take the app with it", shadowOf(application).getNextStoppedService());
  }

  /** As Android sees it: begun, over, and only then created. */
  @Test
  public void aDrawingThatIsOverBeforeItsServiceIsThereEndsInTheForeground() {
    application.pageDraws(true);
    ServiceController<DrawingService> early = Robolectric.buildService(DrawingService.class).create();
    application.pageDraws(false);
    assertFalse("not before it is in the foreground", shadowOf(early.get()).isStoppedBySelf());
    assertNull(shadowOf(application).getNextStoppedService());
    early.startCommand(0, 1);
    assertEquals("Drawing", shadowOf(shadowOf(early.get()).getLastForegroundNotification()).getContentTitle());
    assertTrue(shadowOf(early.get()).isStoppedBySelf());
    assertNull("nothing was to be kept awake for", ShadowPowerManager.getLatestWakeLock().isHeld() ? "held" : null);
  }

  @Test
  public void aDrawingOfHoursKeepsThePhoneAwakeAndOneThatHangsDoesNot() {
    application.pageDraws(true);
    DrawingService service = Robolectric.buildService(DrawingService.class).create().startCommand(0, 1).get();
    for (int step = 1; step <= 3; step++) {
      shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMinutes(50));
      service.progress(step, 20);
    }
    shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMinutes(50));
    assertTrue(ShadowPowerManager.getLatestWakeLock().isHeld());
    shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMinutes(11));
    assertFalse(ShadowPowerManager.getLatestWakeLock().isHeld());
  }

  @Test
  public void thePersonIsAskedForTheNotificationWhenItIsNeeded() throws Exception {
    assertNull(shadowOf(activity).getLastRequestedPermission());
    draw();
    assertArrayEquals(
        new String[] {Manifest.permission.POST_NOTIFICATIONS},
        shadowOf(activity).getLastRequestedPermission().requestedPermissions);
  }

  @Test
  @Config(sdk = {28, 33})
  public void theProcessorStaysAwakeMeanwhileAndTheNotificationSaysSo() {
    application.pageDraws(true);
    ServiceController<DrawingService> service = Robolectric.buildService(DrawingService.class).create().startCommand(0, 1);
    Notification notification = shadowOf(service.get()).getLastForegroundNotification();
    assertEquals("Drawing", shadowOf(notification).getContentTitle());
    assertTrue(shadowOf(notification).isIndeterminate());
    assertEquals("Cancel", notification.actions[0].title.toString());
    assertTrue(ShadowPowerManager.getLatestWakeLock().isHeld());
    service.destroy();
    assertFalse(ShadowPowerManager.getLatestWakeLock().isHeld());
  }

  @Test
  public void cancelInTheNotificationEndsTheRunOfThePage() throws Exception {
    draw();
    ServiceController<DrawingService> first = Robolectric.buildService(DrawingService.class).create().startCommand(0, 1);
    Notification notification = shadowOf(first.get()).getLastForegroundNotification();
    Intent cancel = shadowOf(notification.actions[0].actionIntent).getSavedIntent();
    DrawingService service = Robolectric.buildService(DrawingService.class, cancel).create().startCommand(0, 2).get();
    assertTrue(shadowOf(service).isStoppedBySelf());
    String answer = hear();
    assertTrue(answer, answer.contains("\"call\":\"3\"") && answer.contains("\"code\":\"aborted\""));
    ask("status", 4, "");
    answer = hear();
    assertTrue(answer, answer.contains("\"type\":\"answer\""));
  }

  @Test
  public void whoSweepsTheAppAwayEndsTheRunToo() throws Exception {
    draw();
    DrawingService service = Robolectric.buildService(DrawingService.class).create().startCommand(0, 1).get();
    service.onTaskRemoved(new Intent());
    assertTrue(hear().contains("\"code\":\"aborted\""));
  }

  /** Every question before this one was answered. */
  private void settle(int call) throws InterruptedException {
    ask("close", call, ",\"session\":\"99\"");
    while (!hear().contains("\"call\":\"" + call + "\"")) {
      // Those before it.
    }
  }

  @Test
  public void aNetworkStaysOpenForTheNextPictureUntilMemoryIsShort() throws Exception {
    ActivityManager.MemoryInfo memory = new ActivityManager.MemoryInfo();
    memory.totalMem = 8_000_000_000L;
    memory.availMem = 4_000_000_000L;
    shadowOf(application.getSystemService(ActivityManager.class)).setMemoryInfo(memory);
    draw();
    ask("cancel", 3, "");
    ask("close", 4, ",\"session\":\"1\"");
    settle(5);
    OrtEngine engine = (OrtEngine) application.engine();
    assertEquals(1, engine.open.get());
    application.onTrimMemory(ComponentCallbacks2.TRIM_MEMORY_UI_HIDDEN);
    settle(6);
    assertEquals("only behind another app", 1, engine.open.get());
    application.onTrimMemory(ComponentCallbacks2.TRIM_MEMORY_RUNNING_LOW);
    settle(7);
    assertEquals(0, engine.open.get());
  }
}
