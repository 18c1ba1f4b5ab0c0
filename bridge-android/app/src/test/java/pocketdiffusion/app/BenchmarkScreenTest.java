package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotSame;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.Intent;
import android.net.Uri;
import android.os.Looper;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicInteger;
import org.json.JSONObject;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.shadows.ShadowDialog;
import pocketdiffusion.bridge.Cancellation;
import pocketdiffusion.bridge.Engine;
import pocketdiffusion.bridge.Model;
import pocketdiffusion.bridge.Network;
import pocketdiffusion.bridge.NpuTrial;
import pocketdiffusion.bridge.Offer;
import pocketdiffusion.bridge.Progress;
import pocketdiffusion.bridge.Status;
import pocketdiffusion.bridge.Tensor;
import pocketdiffusion.ort.OrtEngine;

/** A person measures a model and shares what was found. */
@RunWith(RobolectricTestRunner.class)
public final class BenchmarkScreenTest {
  private final FakeFrame frame = new FakeFrame();
  private Activity activity;
  private PocketApplication application;
  private OrtEngine engine;
  private BenchmarkScreen screen;

  @Before
  public void start() {
    activity = Robolectric.buildActivity(Activity.class).setup().get();
    application = (PocketApplication) RuntimeEnvironment.getApplication();
    engine = (OrtEngine) application.engine();
    screen = new BenchmarkScreen(activity, application, engine, () -> frame);
  }

  @After
  public void close() {
    screen.close();
    application.host().close();
  }

  private static AlertDialog shown() {
    return (AlertDialog) ShadowDialog.getLatestDialog();
  }

  private static void idle() {
    shadowOf(Looper.getMainLooper()).idle();
  }

  private static void press(int button) {
    shown().getButton(button).performClick();
    idle();
  }

  private static String text() {
    return String.valueOf(shadowOf(shown()).getMessage());
  }

  /** As the engine has it, which is on no disk. */
  private void pickToy() {
    screen.show(Collections.singletonList(toy()));
    shadowOf(shown()).clickOnItem(0);
    idle();
  }

  private static Model toy() {
    Offer unet = Offer.of("unet", 1, 64, 64, Collections.singletonList(Status.NATIVE_CPU));
    return Model.of(OrtEngine.MODEL, "toy", Model.Form.ONNX, 1, Collections.singletonList(unet));
  }

  private void pageAnswers() {
    String first = frame.port.heard.get(0);
    frame.port.listen(text -> frame.port.post(text));
    frame.port.post(first);
  }

  /** Until something else is shown than {@code before}. */
  private static void awaitAnother(AlertDialog before) throws InterruptedException {
    for (int i = 0; i < 2_000 && shown() == before; i++) {
      Thread.sleep(10);
      idle();
    }
    assertNotSame("nothing came of it", before, shown());
  }

  private JSONObject sharedReport() throws Exception {
    press(AlertDialog.BUTTON_POSITIVE);
    Intent send = shadowOf(activity).getNextStartedActivity().getParcelableExtra(Intent.EXTRA_INTENT, Intent.class);
    assertEquals("application/json", send.getType());
    assertEquals(Intent.FLAG_GRANT_READ_URI_PERMISSION, send.getFlags() & Intent.FLAG_GRANT_READ_URI_PERMISSION);
    Uri file = send.getParcelableExtra(Intent.EXTRA_STREAM, Uri.class);
    try (InputStream in = activity.getContentResolver().openInputStream(file)) {
      return new JSONObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  public void aModelIsMeasuredAndTheReportShared() throws Exception {
    engine.atOnce = true;
    pickToy();
    assertEquals("Measuring: the way to the page", text());
    AlertDialog box = shown();
    pageAnswers();
    awaitAnother(box);
    assertFalse(box.isShowing());
    assertTrue(text(), text().matches("unet 64×64 · native-cpu: \\d+\\.\\d ms, p95 \\d+\\.\\d ms"));
    JSONObject report = sharedReport();
    assertEquals("pocket-diffusion-benchmark", report.getString("format"));
    assertEquals("toy", report.getJSONObject("model").getString("name"));
    assertEquals("onnx", report.getJSONObject("model").getString("form"));
    assertEquals(65_536, report.getJSONObject("bridge").getInt("bytes"));
    assertEquals("base64", report.getJSONObject("bridge").getString("form"));
    assertEquals(BridgeEcho.TIMES, report.getJSONObject("bridge").getInt("runs"));
    assertEquals(33, report.getJSONObject("software").getInt("sdk"));
    assertEquals("0.1.0", report.getJSONObject("software").getString("app"));
    assertTrue("no libraries in this build", report.getJSONObject("software").isNull("onnxRuntime"));
    assertEquals("none", report.getJSONObject("temperature").getJSONObject("before").getString("thermal"));
    assertTrue(report.getJSONObject("temperature").getJSONObject("after").has("batteryCelsius"));
    assertEquals(20, report.getJSONArray("networks").getJSONObject(0).getInt("runs"));
    assertEquals(0, engine.open.get());
  }

  @Test
  public void aPageThatDoesNotAnswerIsNotWaitedForForever() throws Exception {
    engine.atOnce = true;
    pickToy();
    AlertDialog box = shown();
    shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(BenchmarkScreen.ECHO_MILLISECONDS));
    awaitAnother(box);
    assertTrue(sharedReport().getJSONObject("bridge").has("error"));
  }

  @Test
  public void aCancelEndsItAndTheNextOneBegins() throws Exception {
    pickToy();
    pageAnswers();
    AlertDialog box = shown();
    press(AlertDialog.BUTTON_NEGATIVE);
    assertFalse(box.isShowing());
    engine.atOnce = true;
    pickToy();
    AlertDialog second = shown();
    assertNotSame(box, second);
    pageAnswers();
    awaitAnother(second);
    assertEquals("Measured", String.valueOf(shadowOf(shown()).getTitle()));
  }

  @Test
  public void whileItGoesOnThereIsNoSecondOne() {
    pickToy();
    AlertDialog box = shown();
    screen.show();
    assertSame(box, shown());
  }

  @Test
  public void withoutModelsThereIsNothingToMeasure() {
    screen.show();
    assertTrue(text(), text().startsWith("No native model"));
    assertNull("no NPU that was given up", neutral());
  }

  private static String neutral() {
    String text = String.valueOf(shown().getButton(AlertDialog.BUTTON_NEUTRAL).getText());
    return text.isEmpty() ? null : text;
  }

  @Test
  public void anNpuThatWasGivenUpCanBeTriedAgain() {
    for (String why : new String[] {"crashed-before", "probe-failed", "not-loaded", "probing", "no-npu", "not-built-in"}) {
      AtomicInteger tried = new AtomicInteger();
      new BenchmarkScreen(activity, application, new GivenUp(why, tried), () -> frame).show();
      boolean offered = why.startsWith("crashed") || why.startsWith("probe-") || why.equals("not-loaded");
      assertEquals(why, offered ? "Try the NPU again" : null, neutral());
      if (offered) press(AlertDialog.BUTTON_NEUTRAL);
      assertEquals(why, offered ? 1 : 0, tried.get());
    }
  }

  /** An engine whose NPU is not available. */
  private static final class GivenUp implements Engine, NpuTrial {
    private final String why;
    private final AtomicInteger tried;

    GivenUp(String why, AtomicInteger tried) {
      this.why = why;
      this.tried = tried;
    }

    @Override
    public void tryAgain() {
      tried.incrementAndGet();
    }

    @Override
    public Status status() {
      return Status.of("test", null, "none", Collections.<Model>emptyList()).without(Status.NPU, why);
    }

    @Override
    public String thermal() {
      return "none";
    }

    @Override
    public String describe(Model model) {
      throw new IllegalStateException();
    }

    @Override
    public Tensor embed(Model model, Tensor ids) {
      throw new IllegalStateException();
    }

    @Override
    public Network open(Model model, Offer offer, String backend, Progress progress, Cancellation cancellation) {
      throw new IllegalStateException();
    }
  }
}
