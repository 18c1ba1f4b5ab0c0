package pocketdiffusion.app;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;

/** A picked folder in memory, with a small model in it: every weight file holds its own name. */
final class FolderTree implements Tree {
  private static final String[] STAGES = {"text_encoder", "unet", "vae_decoder", "vae_encoder"};

  final Map<String, String> files = new LinkedHashMap<>();
  String name = "small model";

  /** Called before a file is opened. */
  interface Hook {
    void opens(String path) throws IOException;
  }

  Hook hook = path -> {};

  static FolderTree ofModel() throws Exception {
    FolderTree tree = new FolderTree();
    StringBuilder stages = new StringBuilder();
    StringBuilder hashes = new StringBuilder();
    StringBuilder graphs = new StringBuilder();
    for (String stage : STAGES) {
      String comma = stages.length() > 0 ? "," : "";
      String weights = stage + ".weights";
      String graph = stage + ".onnx";
      tree.files.put(weights, weights);
      tree.files.put(graph, graph);
      stages.append(comma).append("\"" + stage + "\":{\"bytes\":" + weights.length() + "}");
      hashes.append(comma).append("\"" + stage + "\":\"" + sha256(weights) + "\"");
      graphs.append(comma).append("\"" + stage + "\":{\"bytes\":" + graph.length() + ",\"sha256\":\"" + sha256(graph) + "\"}");
    }
    tree.files.put(
        "manifest.json", "{\"format\":\"pocket-diffusion\",\"stages\":{" + stages + "},\"sha256\":{" + hashes + "}}");
    tree.files.put("stages.json", "{\"batch\":2,\"width\":64,\"height\":64,\"stages\":{" + graphs + "}}");
    tree.files.put("tokenizer/vocab.json", "{}");
    return tree;
  }

  /** The same weights for pictures of {@code pixels} x {@code pixels}. */
  void resize(int pixels) {
    files.computeIfPresent("stages.json", (path, text) -> text.replaceAll("(width|height)\":\\d+", "$1\":" + pixels));
  }

  static String sha256(String text) throws Exception {
    StringBuilder digits = new StringBuilder();
    for (byte each : MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8))) {
      digits.append(String.format("%02x", each));
    }
    return digits.toString();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Map<String, Long> files() {
    Map<String, Long> lengths = new LinkedHashMap<>();
    files.forEach((path, text) -> lengths.put(path, (long) text.length()));
    return lengths;
  }

  @Override
  public InputStream open(String path) throws IOException {
    hook.opens(path);
    String text = files.get(path);
    if (text == null) throw new FileNotFoundException(path);
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
