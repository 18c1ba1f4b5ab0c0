package pocketdiffusion.bridge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model in a folder that {@code npm run convert} or {@code npm run quantize} has written.
 *
 * <p>Invariant: every file that the model needs was there, at its length, when the folder was opened.
 */
public final class ModelFolder {
  /** A graph, the weights it refers to, and what was compiled of it by whoever made the model. */
  static final class Part {
    final ModelFile graph;
    final ModelFile weights;
    final List<Compiled> compiled;

    Part(ModelFile graph, ModelFile weights, List<Compiled> compiled) {
      this.graph = graph;
      this.weights = weights;
      this.compiled = compiled;
    }
  }

  /** A graph compiled for a chip by one version of its maker's libraries: the file to be opened first, then what it refers to. */
  static final class Compiled {
    final String chip;
    final String version;
    final List<ModelFile> files;

    Compiled(String chip, String version, List<ModelFile> files) {
      this.chip = chip;
      this.version = version;
      this.files = files;
    }
  }

  public final Model model;
  private final String manifest;
  private final Map<Offer, List<Part>> networks;
  private final TokenTable tokens;

  private ModelFolder(Model model, String manifest, Map<Offer, List<Part>> networks, TokenTable tokens) {
    this.model = model;
    this.manifest = manifest;
    this.networks = networks;
    this.tokens = tokens;
  }

  /** What stands in the folder, in each form that does: at least one. {@code bad-model} says what is missing or malformed. */
  public static List<ModelFolder> openAll(Path path) throws BridgeFault {
    Path folder = path.toAbsolutePath().normalize();
    List<ModelFolder> found = new ArrayList<>();
    if (Files.exists(folder.resolve(NpuForm.MANIFEST))) found.add(NpuForm.read(folder));
    // Beside npu.json, manifest.json is of weights whose graphs the page writes: without sizes, there is none to be opened.
    if (found.isEmpty() || Files.exists(folder.resolve(OnnxForm.SIZES))) found.add(OnnxForm.read(folder));
    return found;
  }

  /**
   * Of {@code folders}, those of one model in several sizes, whose manifests are the same, as one: the page asks by the
   * manifest's hash. Of a network in a size that two have, the first is taken.
   */
  public static List<ModelFolder> together(List<ModelFolder> folders) {
    Map<String, ModelFolder> byHash = new LinkedHashMap<>();
    for (ModelFolder folder : folders) {
      ModelFolder known = byHash.get(folder.model.hash);
      byHash.put(folder.model.hash, known == null ? folder : known.with(folder));
    }
    return new ArrayList<>(byHash.values());
  }

  private ModelFolder with(ModelFolder other) {
    Map<Offer, List<Part>> all = new LinkedHashMap<>(networks);
    for (Map.Entry<Offer, List<Part>> each : other.networks.entrySet()) {
      Offer offer = each.getKey();
      boolean known = false;
      for (Offer own : networks.keySet()) known |= own.is(offer.stage, offer.batch, offer.width, offer.height);
      if (!known) all.put(offer, each.getValue());
    }
    return new ModelFolder(model.offering(new ArrayList<>(all.keySet()), bytesOf(all)), manifest, all, tokens);
  }

  private static long bytesOf(Map<Offer, List<Part>> networks) {
    Map<Path, Long> bytes = new LinkedHashMap<>();
    for (List<Part> parts : networks.values()) {
      for (Part part : parts) {
        bytes.put(part.graph.path, part.graph.bytes);
        bytes.put(part.weights.path, part.weights.bytes);
      }
    }
    long whole = 0;
    for (long each : bytes.values()) whole += each;
    return whole;
  }

  static long weightBytes(List<Part> parts) {
    long bytes = 0;
    for (Part part : parts) bytes += part.weights.bytes;
    return bytes;
  }

  /** {@code manifest} are the bytes that name the model; {@code id} and {@code tokens} may be null. */
  static ModelFolder of(
      Path folder,
      Model.Form form,
      String id,
      byte[] manifest,
      Map<Offer, List<Part>> networks,
      TokenTable tokens) {
    String name = String.valueOf(folder.getFileName());
    Model model = Model.of(ModelFile.hash(manifest), id, name, form, bytesOf(networks), new ArrayList<>(networks.keySet()));
    return new ModelFolder(model, new String(manifest, StandardCharsets.UTF_8), networks, tokens);
  }

  /** The folder of {@code model}; {@code not-here} where it has gone. */
  public static ModelFolder of(Shelf shelf, Model model) throws BridgeFault {
    for (ModelFolder folder : shelf.folders()) {
      if (folder.model.hash.equals(model.hash)) return folder;
    }
    throw BridgeFault.of(BridgeFault.Code.NOT_HERE, "model", "a model that is still here", model.hash);
  }

  /** The text of the manifest. */
  public String manifest() {
    return manifest;
  }

  /** The graphs of {@code offer} in the order in which they run, after they and their weights were hashed; the first time that takes a while. */
  public List<Path> graphs(Offer offer, Progress progress, Cancellation cancellation) throws BridgeFault {
    List<Path> graphs = new ArrayList<>();
    for (Part part : networks.get(offer)) {
      part.graph.prove(progress, cancellation);
      part.weights.prove(progress, cancellation);
      graphs.add(part.graph.path);
    }
    return graphs;
  }

  /**
   * A graph of {@code offer} compiled for this chip by this version of its maker's libraries, after its files were hashed; null where
   * whoever made the model has put none there, or one that is not as the manifest says: then it is compiled here.
   */
  public Path context(
      Offer offer, int graph, String chip, String version, Progress progress, Cancellation cancellation)
      throws BridgeFault {
    for (Compiled each : networks.get(offer).get(graph).compiled) {
      if (!each.chip.equals(chip) || !each.version.equals(version)) continue;
      try {
        for (ModelFile file : each.files) file.prove(progress, cancellation);
        return each.files.get(0).path;
      } catch (BridgeFault damaged) {
        if (damaged.code == BridgeFault.Code.ABORTED) throw damaged;
      }
    }
    return null;
  }

  /** The SHA-256 that the manifest says, in hexadecimal digits, of each file that the model needs beside its manifests. */
  public Map<Path, String> hashes() {
    Map<Path, String> hashes = new LinkedHashMap<>();
    for (List<Part> parts : networks.values()) {
      for (Part part : parts) {
        hashes.put(part.graph.path, part.graph.sha256);
        hashes.put(part.weights.path, part.weights.sha256);
      }
    }
    if (tokens != null) hashes.put(tokens.file.path, tokens.file.sha256);
    return hashes;
  }

  /** As {@link Engine#embed}. */
  public Tensor embed(Tensor ids) throws BridgeFault {
    if (tokens == null) throw BridgeFault.badArgument("model", "one with a token table", model.name);
    return tokens.rows(ids);
  }

  static byte[] read(Path folder, String name) throws BridgeFault {
    try {
      return Files.readAllBytes(folder.resolve(name));
    } catch (IOException thrown) {
      throw BridgeFault.of(BridgeFault.Code.BAD_MODEL, name, "a file that can be read", "none");
    }
  }
}
