package pocketdiffusion.bridge;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model that a host can draw with. Invariant: {@code hash} is the SHA-256 of its manifest, which holds those of all else. */
public final class Model {
  /** What the page's networks are like, or what the phone's NPU computes. */
  public enum Form {
    ONNX("onnx"),
    NPU("npu");

    final String word;

    Form(String word) {
      this.word = word;
    }
  }

  public final String hash;
  public final String name;
  public final Form form;
  public final long bytes;
  public final List<Offer> offers;
  /** What the page's store calls the same weights; null where that is not known. */
  private final String id;

  private Model(String hash, String id, String name, Form form, long bytes, List<Offer> offers) {
    this.hash = hash;
    this.id = id;
    this.name = name;
    this.form = form;
    this.bytes = bytes;
    this.offers = Collections.unmodifiableList(new ArrayList<>(offers));
  }

  /** One whose id nobody knows. */
  public static Model of(String hash, String name, Form form, long bytes, List<Offer> offers) {
    return of(hash, null, name, form, bytes, offers);
  }

  /** {@code id} may be null. */
  public static Model of(String hash, String id, String name, Form form, long bytes, List<Offer> offers) {
    return new Model(hash, id, name, form, bytes, offers);
  }

  Model offering(List<Offer> offers, long bytes) {
    return new Model(hash, id, name, form, bytes, offers);
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", hash);
    if (id != null) json.put("id", id);
    json.put("name", name);
    json.put("form", form.word);
    json.put("bytes", bytes);
    List<Object> stages = new ArrayList<>();
    for (Offer offer : offers) stages.add(offer.json());
    json.put("stages", stages);
    return json;
  }
}
