package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.Notification;
import android.app.NotificationManager;
import android.content.Context;
import android.content.Intent;
import android.os.Looper;
import android.os.PowerManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ServiceController;
import org.robolectric.shadows.ShadowToast;
import pocketdiffusion.bridge.Cancellation;

/** What the app tells a page unasked, and what it makes of a page that draws by itself. */
@RunWith(RobolectricTestRunner.class)
public final class AppNoticesTest {
  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  private final List<String> said = new ArrayList<>();
  private final List<Integer> told = new ArrayList<>();
  private int begun = 0;
  private PocketApplication application;

  private final Screen screen =
      new Screen() {
        @Override
        public void drawingBegins() {
          begun++;
        }

        @Override
        public void say(String text) {
          said.add(text);
        }

        @Override
        public void tell(int text) {
          told.add(text);
        }
      };

  @Before
  public void start() {
    application = (PocketApplication) RuntimeEnvironment.getApplication();
    application.shows(screen);
  }

  @After
  public void close() {
    application.host().close();
  }

  private void heat(int status) {
    shadowOf(application.getSystemService(PowerManager.class)).setCurrentThermalStatus(status);
    idle();
  }

  private static void idle() {
    shadowOf(Looper.getMainLooper()).idle();
  }

  private static DrawingService service() {
    return Robolectric.buildService(DrawingService.class).create().startCommand(0, 1).get();
  }

  private Notification shown() {
    NotificationManager manager = (NotificationManager) application.getSystemService(Context.NOTIFICATION_SERVICE);
    return shadowOf(manager).getNotification(DrawingNotification.ID);
  }

  @Test
  public void modelsThatComeAreToldOf() throws Exception {
    ModelImport.run(application.models(), FolderTree.ofModel(), (done, of) -> {}, new Cancellation());
    assertEquals("on the main thread alone", Collections.emptyList(), said);
    idle();
    assertEquals(Collections.singletonList("{\"type\":\"changed\",\"what\":\"models\"}"), said);
    application.models().delete(application.models().folders().get(0));
    idle();
    assertEquals(2, said.size());
  }

  @Test
  public void anotherTemperatureIsToldOfToThePageAndWhileDrawingToThePerson() {
    heat(PowerManager.THERMAL_STATUS_SEVERE);
    heat(PowerManager.THERMAL_STATUS_NONE);
    assertEquals(Collections.nCopies(2, "{\"type\":\"changed\",\"what\":\"thermal\"}"), said);
    assertEquals(Collections.emptyList(), told);
    application.pageDraws(true);
    service();
    assertNull(shadowOf(shown()).getContentText());
    heat(PowerManager.THERMAL_STATUS_MODERATE);
    assertEquals(Collections.emptyList(), told);
    heat(PowerManager.THERMAL_STATUS_SEVERE);
    assertEquals("The phone is hot: drawing takes longer", shadowOf(shown()).getContentText());
    heat(PowerManager.THERMAL_STATUS_CRITICAL);
    assertEquals(Arrays.asList(R.string.hot, R.string.too_hot), told);
    heat(PowerManager.THERMAL_STATUS_LIGHT);
    assertNull(shadowOf(shown()).getContentText());
  }

  @Test
  public void aPageThatDrawsByItselfHasItsServiceAndItsProgress() {
    application.progress(1, 2);
    application.pageDraws(true);
    assertEquals(1, begun);
    assertEquals(DrawingService.class.getName(), shadowOf(application).getNextStartedService().getComponent().getClassName());
    ServiceController<DrawingService> service = Robolectric.buildService(DrawingService.class).create().startCommand(0, 1);
    assertTrue(shadowOf(shown()).isIndeterminate());
    application.progress(3, 20);
    assertFalse(shadowOf(shown()).isIndeterminate());
    assertEquals(3, shadowOf(shown()).getProgress());
    assertEquals(20, shadowOf(shown()).getMax());
    application.pageDraws(false);
    assertTrue(shadowOf(service.get()).isStoppedBySelf());
    application.progress(4, 20);
    assertEquals("there is no drawing any more", 3, shadowOf(shown()).getProgress());
    service.destroy();
    application.pageDraws(true);
    application.progress(5, 20);
  }

  @Test
  public void aCancelIsToldToThePage() {
    application.pageDraws(true);
    Intent cancel = new Intent(application, DrawingService.class).setAction(DrawingService.CANCEL);
    Robolectric.buildService(DrawingService.class, cancel).create().startCommand(0, 1);
    assertEquals(Collections.singletonList("{\"type\":\"cancel\"}"), said);
    application.pageDraws(false);
    application.pageDraws(true);
    assertEquals("what it draws next is another drawing", 2, begun);
  }

  @Test
  public void whoIsNotShownAnyMoreHearsNothing() {
    application.hides(screen);
    application.cancelDrawing();
    assertEquals(Collections.emptyList(), said);
    application.shows(screen);
    application.hides(null);
    application.cancelDrawing();
    assertEquals("another one was hidden", 1, said.size());
  }
}
