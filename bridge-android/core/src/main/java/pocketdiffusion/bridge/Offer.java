package pocketdiffusion.bridge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A network of a model in one size. Invariant: the text encoder has no width and no height (0), all others have both, in pixels. */
public final class Offer {
  public static final String TEXT_ENCODER = "text_encoder";
  static final List<String> STAGES =
      Collections.unmodifiableList(Arrays.asList(TEXT_ENCODER, "unet", "vae_decoder", "vae_encoder"));

  public final String stage;
  public final long batch;
  public final long width;
  public final long height;
  /** About what it takes of memory; 0 where nobody knows. */
  final long bytes;
  final List<String> backends;

  private Offer(String stage, long batch, long width, long height, long bytes, Collection<String> backends) {
    this.stage = stage;
    this.batch = batch;
    this.width = width;
    this.height = height;
    this.bytes = bytes;
    this.backends = Collections.unmodifiableList(new ArrayList<>(backends));
  }

  /** The size of a text encoder is left out. */
  public static Offer of(String stage, long batch, long width, long height, Collection<String> backends) {
    boolean sized = !stage.equals(TEXT_ENCODER);
    return new Offer(stage, batch, sized ? width : 0, sized ? height : 0, 0, backends);
  }

  /** The same, with what it takes of memory. */
  public Offer weighing(long bytes) {
    return new Offer(stage, batch, width, height, bytes, backends);
  }

  public boolean runsOn(String backend) {
    return backends.contains(backend);
  }

  boolean is(String stage, long batch, long width, long height) {
    return this.stage.equals(stage) && this.batch == batch && this.width == width && this.height == height;
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("stage", stage);
    json.put("batch", batch);
    if (width > 0) json.put("width", width);
    if (height > 0) json.put("height", height);
    json.put("backends", backends);
    return json;
  }
}
