package pocketdiffusion.qnn;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import pocketdiffusion.bridge.Folders;

/**
 * Compiled graphs: {@code MODEL/GRAPH/FOR/context.onnx} and what it refers to, where MODEL is the model's hash, GRAPH names one of
 * its graphs, and FOR the chip and the version of Qualcomm's libraries.
 *
 * <p>Invariants: a folder that holds {@code proof} was whole when it got its name; what {@code find} gives has the lengths that the
 * proof says, and had its hashes in this process; of a graph there is one compiled form at most.
 */
final class ContextCache {
  static final String CONTEXT = "context.onnx";
  private static final String PROOF = "proof";
  private static final String ARRIVING = ".";
  private static final int TOGETHER = 1 << 20;

  private final Path folder;
  private final Set<Path> proven = new HashSet<>();

  private ContextCache(Path folder) {
    this.folder = folder;
  }

  static ContextCache in(Path folder) {
    return new ContextCache(folder.toAbsolutePath().normalize());
  }

  /** The compiled graph; null where there is none, or none that is as it was, which is then removed. */
  synchronized Path find(String model, String graph, String made) {
    Path place = place(model, graph, made);
    if (!Files.isDirectory(place)) return null;
    try {
      if (isSound(place)) return place.resolve(CONTEXT);
    } catch (IOException | RuntimeException unreadable) {
      // It is of no use then.
    }
    remove(place);
    return null;
  }

  /** An empty folder to compile into; {@code accept} or {@code remove} is to follow. */
  synchronized Path arrival(String model, String graph) throws IOException {
    Path graphs = folder.resolve(checked(model)).resolve(checked(graph));
    Files.createDirectories(graphs);
    return Files.createTempDirectory(graphs, ARRIVING);
  }

  /** What was compiled into {@code arrived} is the graph's compiled form now, and every other one is gone. */
  synchronized Path accept(Path arrived, String model, String graph, String made) throws IOException {
    prove(arrived);
    Path place = place(model, graph, made);
    for (Path each : Folders.children(place.getParent())) {
      if (!each.equals(arrived)) remove(each);
    }
    Files.move(arrived, place, StandardCopyOption.ATOMIC_MOVE);
    proven.add(place);
    return place.resolve(CONTEXT);
  }

  /** Writes down what the files in {@code place} are. */
  static void prove(Path place) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path each : Folders.children(place)) {
      String name = each.getFileName().toString();
      if (!name.equals(PROOF)) lines.add(hash(each) + " " + Files.size(each) + " " + name);
    }
    Files.write(place.resolve(PROOF), lines, StandardCharsets.UTF_8);
  }

  /** It did not load: whatever the reason, it is not to be tried again. */
  synchronized void forget(String model, String graph, String made) {
    remove(place(model, graph, made));
  }

  /** Removes what was compiled of models that are not among these, and what was left half done. */
  synchronized void keepOnly(Set<String> models) {
    for (Path model : Folders.children(folder)) {
      if (!models.contains(model.getFileName().toString())) remove(model);
      else for (Path graph : Folders.children(model)) removeArriving(graph);
    }
  }

  private void removeArriving(Path graph) {
    for (Path each : Folders.children(graph)) {
      if (each.getFileName().toString().startsWith(ARRIVING)) remove(each);
    }
  }

  private boolean isSound(Path place) throws IOException {
    List<String> lines = Files.readAllLines(place.resolve(PROOF), StandardCharsets.UTF_8);
    boolean whole = false;
    for (String line : lines) {
      String[] words = line.split(" ", 3);
      Path file = words.length == 3 ? place.resolve(words[2]).normalize() : null;
      if (file == null || !place.equals(file.getParent()) || Files.size(file) != Long.parseLong(words[1])) return false;
      if (!proven.contains(place) && !hash(file).equals(words[0])) return false;
      whole |= words[2].equals(CONTEXT);
    }
    if (whole) proven.add(place);
    return whole;
  }

  private Path place(String model, String graph, String made) {
    return folder.resolve(checked(model)).resolve(checked(graph)).resolve(checked(made));
  }

  /** Names of folders, none of which can leave this one. */
  private static String checked(String name) {
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}")) throw new IllegalArgumentException(name);
    return name;
  }

  void remove(Path place) {
    proven.remove(place);
    if (Files.isDirectory(place)) {
      for (Path each : Folders.children(place)) remove(each);
    }
    try {
      Files.deleteIfExists(place);
    } catch (IOException inUse) {
      // It is not sound without its files, and tried again.
    }
  }

  private static String hash(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] some = new byte[TOGETHER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(some); read >= 0; read = in.read(some)) digest.update(some, 0, read);
    }
    StringBuilder text = new StringBuilder();
    for (byte each : digest.digest()) text.append(String.format("%02x", each));
    return text.toString();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new IllegalStateException(everyPlatformHasIt);
    }
  }
}
