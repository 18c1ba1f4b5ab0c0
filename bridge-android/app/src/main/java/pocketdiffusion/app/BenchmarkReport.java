package pocketdiffusion.app;

import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.content.pm.PackageInfo;
import android.content.pm.PackageManager;
import android.os.BatteryManager;
import android.os.Build;
import android.webkit.WebView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import pocketdiffusion.bridge.JsonWriter;
import pocketdiffusion.bridge.Model;
import pocketdiffusion.bridge.PictureTime;

/** What was measured, beside what it was measured on: JSON to be shared, and lines to be read. */
final class BenchmarkReport {
  private final Map<String, Object> json = new LinkedHashMap<>();
  private final Map<String, Object> temperature = new LinkedHashMap<>();
  private final PocketApplication application;
  private List<Map<String, Object>> networks;

  private BenchmarkReport(PocketApplication application) {
    this.application = application;
  }

  /** Before anything is measured. */
  static BenchmarkReport begin(PocketApplication application, Model model) {
    BenchmarkReport report = new BenchmarkReport(application);
    report.json.put("format", "pocket-diffusion-benchmark");
    report.json.put("version", 1);
    report.json.put("device", device(application.phone()));
    report.json.put("software", software(application));
    report.json.put("model", described(model));
    report.temperature.put("before", report.heat());
    return report;
  }

  /** {@code found}: null where the page did not answer. */
  void bridge(Map<String, Object> found) {
    Map<String, Object> bridge = new LinkedHashMap<>();
    bridge.put("bytes", BridgeEcho.BYTES);
    // Also where the page's own connections are of bytes.
    bridge.put("form", "base64");
    if (found != null) bridge.putAll(found);
    else bridge.put("error", "the page did not say what it heard");
    json.put("bridge", bridge);
  }

  /** All was measured. */
  void end(List<Map<String, Object>> found) {
    networks = found;
    temperature.put("after", heat());
    json.put("temperature", temperature);
    json.put("networks", found);
    // Said of themselves: no picture was drawn.
    json.put("computedPictures", PictureTime.of(found));
  }

  String json() {
    return JsonWriter.write(json) + "\n";
  }

  /** A line for each way to draw a picture, as computed, then one for each network, as measured. */
  String lines() {
    StringBuilder lines = new StringBuilder();
    for (Map<String, Object> each : PictureTime.of(networks)) {
      String way = each.get("width") + "×" + each.get("height") + " · " + each.get("backend");
      lines.append(application.getString(R.string.picture_seconds, way, (Double) each.get("seconds"), PictureTime.STEPS)).append('\n');
    }
    for (Map<String, Object> each : networks) {
      Object width = each.get("width");
      lines.append(each.get("stage")).append(width == null ? "" : " " + width + "×" + each.get("height"));
      lines.append(" · ").append(each.get("backend")).append(": ");
      Object error = each.get("error");
      if (error != null) lines.append(error);
      else lines.append(String.format(Locale.ROOT, "%.1f ms, p95 %.1f ms", each.get("p50Milliseconds"), each.get("p95Milliseconds")));
      lines.append('\n');
    }
    return lines.toString().trim();
  }

  private static Map<String, Object> device(Phone phone) {
    Map<String, Object> device = new LinkedHashMap<>();
    device.put("maker", Build.MANUFACTURER);
    device.put("model", Build.MODEL);
    device.put("soc", phone.soc());
    device.put("cores", Runtime.getRuntime().availableProcessors());
    device.put("totalBytes", phone.totalBytes());
    device.put("availableBytes", phone.availableBytes());
    return device;
  }

  private static Map<String, Object> software(PocketApplication application) {
    Map<String, Object> software = new LinkedHashMap<>();
    software.put("android", Build.VERSION.RELEASE);
    software.put("sdk", Build.VERSION.SDK_INT);
    software.put("app", version(application));
    PackageInfo view = WebView.getCurrentWebViewPackage();
    software.put("webView", view == null ? null : view.versionName);
    software.put("onnxRuntime", BuiltInEngine.ortVersion());
    software.put("qnn", application.qnnVersion());
    return software;
  }

  @SuppressWarnings("deprecation")
  private static String version(Context context) {
    try {
      return context.getPackageManager().getPackageInfo(context.getPackageName(), 0).versionName;
    } catch (PackageManager.NameNotFoundException notOurselves) {
      throw new IllegalStateException(notOurselves);
    }
  }

  private static Map<String, Object> described(Model model) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("name", model.name);
    described.put("model", model.hash);
    described.put("form", model.form.name().toLowerCase(Locale.ROOT));
    described.put("bytes", model.bytes);
    return described;
  }

  /** The state that Android tells, and the battery's degrees, the only ones that an app may know. */
  private Map<String, Object> heat() {
    Map<String, Object> heat = new LinkedHashMap<>();
    heat.put("thermal", application.phone().thermal());
    Intent battery = application.registerReceiver(null, new IntentFilter(Intent.ACTION_BATTERY_CHANGED));
    int tenths = battery == null ? Integer.MIN_VALUE : battery.getIntExtra(BatteryManager.EXTRA_TEMPERATURE, Integer.MIN_VALUE);
    heat.put("batteryCelsius", tenths == Integer.MIN_VALUE ? null : tenths / 10.0);
    return heat;
  }
}
