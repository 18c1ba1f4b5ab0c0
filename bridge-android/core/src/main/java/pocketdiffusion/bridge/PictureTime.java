package pocketdiffusion.bridge;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How long a picture takes, computed from what a benchmark has measured of each network: what a page computes itself comes on top. */
public final class PictureTime {
  /** Guided: each asks the UNet with the prompt and without. */
  public static final int STEPS = 20;

  private static final int CALLS = 2;

  private PictureTime() {}

  /**
   * Of {@code networks}, as {@link Benchmark} gives them: for each backend and size of which the text encoder, the UNet and the
   * decoder were measured, {@code backend}, {@code width}, {@code height} and {@code seconds}.
   */
  public static List<Map<String, Object>> of(List<Map<String, Object>> networks) {
    List<Map<String, Object>> found = new ArrayList<>();
    for (Map<String, Object> unet : networks) {
      if (!"unet".equals(unet.get("stage"))) continue;
      double steps = STEPS * guided(unet);
      double whole = steps + guided(beside(networks, unet, Offer.TEXT_ENCODER)) + once(beside(networks, unet, "vae_decoder"));
      if (Double.isNaN(whole)) continue;
      Map<String, Object> picture = new LinkedHashMap<>();
      for (String name : new String[] {"backend", "width", "height"}) picture.put(name, unet.get(name));
      picture.put("seconds", Math.round(whole) / 1e3);
      found.add(picture);
    }
    return found;
  }

  /** Milliseconds for the prompt and for none: a network of batch 2 takes both at once. */
  private static double guided(Map<String, Object> network) {
    boolean both = network != null && ((Number) network.get("batch")).longValue() >= CALLS;
    return both ? once(network) : CALLS * once(network);
  }

  /** Milliseconds; no number where it was not measured. */
  private static double once(Map<String, Object> network) {
    Object median = network == null ? null : network.get("p50Milliseconds");
    return median == null ? Double.NaN : ((Number) median).doubleValue();
  }

  private static Map<String, Object> beside(List<Map<String, Object>> networks, Map<String, Object> unet, String stage) {
    for (Map<String, Object> each : networks) {
      boolean same = each.get("stage").equals(stage) && each.get("backend").equals(unet.get("backend"));
      boolean fits = stage.equals(Offer.TEXT_ENCODER) || (is(each, unet, "width") && is(each, unet, "height"));
      if (same && fits) return each;
    }
    return null;
  }

  private static boolean is(Map<String, Object> one, Map<String, Object> other, String name) {
    return String.valueOf(one.get(name)).equals(String.valueOf(other.get(name)));
  }
}
