package pocketdiffusion.bridge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A folder that {@code npm run convert} has written: {@code manifest.json}, the weights of each network, and one graph over
 * them, of the size that {@code stages.json} says.
 *
 * <p>Invariant: every file that the model needs was there, at its length, when the folder was opened.
 */
public final class ModelFolder {
  private static final String MANIFEST = "manifest.json";
  private static final String GRAPHS = "stages.json";

  public final Model model;
  private final String manifest;
  private final Map<Offer, List<ModelFile>> files;

  private ModelFolder(Model model, String manifest, Map<Offer, List<ModelFile>> files) {
    this.model = model;
    this.manifest = manifest;
    this.files = files;
  }

  /** {@code bad-model} says what is missing or malformed. */
  public static ModelFolder open(Path path) throws BridgeFault {
    Path folder = path.toAbsolutePath().normalize();
    byte[] bytes = read(folder, MANIFEST);
    String manifest = new String(bytes, StandardCharsets.UTF_8);
    Fields fields = Fields.of(MANIFEST, manifest);
    if (!fields.text("format").equals("pocket-diffusion")) throw fields.bad("format", "pocket-diffusion");
    Fields graphs = Fields.of(GRAPHS, new String(read(folder, GRAPHS), StandardCharsets.UTF_8));
    long batch = graphs.integer("batch");
    long width = graphs.integer("width");
    long height = graphs.integer("height");

    Map<Offer, List<ModelFile>> files = new LinkedHashMap<>();
    long whole = 0;
    for (String stage : Offer.STAGES) {
      Fields graph = graphs.object("stages").object(stage);
      String sha256 = fields.object("sha256").text(stage);
      List<ModelFile> both = new ArrayList<>();
      both.add(ModelFile.of(folder, stage + ".onnx", graph.integer("bytes"), graph.text("sha256")));
      long weights = fields.object("stages").object(stage).integer("bytes");
      both.add(ModelFile.of(folder, stage + ".weights", weights, sha256));
      for (ModelFile file : both) whole += file.bytes;
      files.put(Offer.of(stage, batch, width, height, Collections.singletonList(Status.NATIVE_CPU)), both);
    }
    String name = String.valueOf(folder.getFileName());
    List<Offer> offers = new ArrayList<>(files.keySet());
    Model model = Model.of(ModelFile.hash(bytes), name, Model.Form.ONNX, whole, offers);
    return new ModelFolder(model, manifest, files);
  }

  /** The text of the manifest. */
  public String manifest() {
    return manifest;
  }

  /** The graph of {@code offer}, after it and its weights were hashed; the first time that takes a while. */
  public Path graph(Offer offer, Progress progress, Cancellation cancellation) throws BridgeFault {
    List<ModelFile> both = files.get(offer);
    for (ModelFile file : both) file.prove(progress, cancellation);
    return both.get(0).path;
  }

  private static byte[] read(Path folder, String name) throws BridgeFault {
    try {
      return Files.readAllBytes(folder.resolve(name));
    } catch (IOException thrown) {
      throw BridgeFault.of(BridgeFault.Code.BAD_MODEL, name, "a file that can be read", "none");
    }
  }
}
