package pocketdiffusion.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import pocketdiffusion.bridge.BridgeFault;
import pocketdiffusion.bridge.Cancellation;
import pocketdiffusion.bridge.ModelFolder;
import pocketdiffusion.bridge.Progress;

/**
 * Copies a picked folder into the store: every file is hashed while it is copied, what the manifests say of it is compared, and
 * only then does the folder get a name that counts. What fails, or is canceled, leaves nothing behind.
 */
final class ModelImport {
  /** In the order in which they are copied, after all else. The first that is there names the model. */
  private static final List<String> MANIFESTS = Arrays.asList("npu.json", "manifest.json");
  /** What a converted model's folder is for: its manifest is the same in every size. */
  private static final String SIZES = "stages.json";
  private static final int MOST_FILES = 4096;
  private static final int MOST_MANIFEST_BYTES = 16 << 20;
  private static final int TOGETHER = 1 << 20;
  /** That a device may keep working. */
  private static final long SPARE_BYTES = 64L << 20;

  private final ModelStore store;
  private final Tree tree;
  private final Progress progress;
  private final Cancellation cancellation;
  private final Map<String, String> hashes = new LinkedHashMap<>();
  private long done = 0;
  private long whole = 0;

  private ModelImport(ModelStore store, Tree tree, Progress progress, Cancellation cancellation) {
    this.store = store;
    this.tree = tree;
    this.progress = progress;
    this.cancellation = cancellation;
  }

  /**
   * Whether it is new: false where it was here already. {@code bad-model} where it is none, {@code corrupt-store} where a file is
   * not the one that its manifest says, {@code too-large} where there is no room, {@code aborted}; progress is in bytes.
   */
  static boolean run(ModelStore store, Tree tree, Progress progress, Cancellation cancellation)
      throws BridgeFault, IOException {
    return new ModelImport(store, tree, progress, cancellation).run();
  }

  private boolean run() throws BridgeFault, IOException {
    Map<String, Long> files = tree.files();
    List<String> manifests = new ArrayList<>(MANIFESTS);
    manifests.retainAll(files.keySet());
    if (manifests.isEmpty()) throw bad("folder", String.join(" or ", MANIFESTS), files.size() + " other files");
    check(files);
    Map<String, String> naming = new LinkedHashMap<>();
    naming.put(manifests.get(0), sha256Of(manifests.get(0)));
    if (files.containsKey(SIZES)) naming.put(SIZES, sha256Of(SIZES));
    String place = String.join("-", naming.values());
    if (store.has(place)) return false;
    Path arrival = store.arrival();
    try {
      Path folder = Files.createDirectory(arrival.resolve(plain(tree.name())));
      checkRoom(arrival);
      for (String path : files.keySet()) {
        if (!manifests.contains(path)) copy(path, folder);
      }
      for (String path : manifests) copy(path, folder);
      compare(folder, naming);
      store.accept(arrival, place);
      return true;
    } finally {
      ModelStore.remove(arrival);
    }
  }

  private void check(Map<String, Long> files) throws BridgeFault {
    if (files.size() > MOST_FILES) throw bad("folder", "at most " + MOST_FILES + " files", files.size());
    for (Map.Entry<String, Long> entry : files.entrySet()) {
      for (String name : entry.getKey().split("/", -1)) {
        boolean odd = Arrays.asList("", ".", "..").contains(name) || name.indexOf('\0') >= 0 || name.indexOf('\\') >= 0;
        if (odd) throw bad("folder", "plain names", entry.getKey());
      }
      whole += entry.getValue();
    }
  }

  private void checkRoom(Path place) throws BridgeFault {
    long room = place.toFile().getUsableSpace();
    if (room >= whole + SPARE_BYTES) return;
    throw BridgeFault.of(BridgeFault.Code.TOO_LARGE, "folder", "at most " + room + " bytes and some to spare", whole);
  }

  private void copy(String path, Path folder) throws BridgeFault, IOException {
    Path target = folder.resolve(path);
    Files.createDirectories(target.getParent());
    MessageDigest digest = sha256();
    byte[] some = new byte[TOGETHER];
    try (InputStream in = tree.open(path);
        OutputStream out = Files.newOutputStream(target)) {
      for (int read = in.read(some); read >= 0; read = in.read(some)) {
        cancellation.check();
        digest.update(some, 0, read);
        out.write(some, 0, read);
        done += read;
        progress.at(done, Math.max(whole, done));
      }
    }
    hashes.put(path, hexadecimal(digest));
  }

  /** What came with what its manifests say, and what names the place with what was read first. */
  private void compare(Path folder, Map<String, String> naming) throws BridgeFault {
    for (Map.Entry<String, String> each : naming.entrySet()) same(each.getKey(), each.getValue());
    for (ModelFolder each : ModelFolder.openAll(folder)) {
      for (Map.Entry<Path, String> entry : each.hashes().entrySet()) {
        String path = folder.toAbsolutePath().normalize().relativize(entry.getKey()).toString().replace('\\', '/');
        same(path, entry.getValue());
      }
    }
  }

  private void same(String path, String expected) throws BridgeFault {
    String got = hashes.get(path);
    if (!expected.equals(got)) throw BridgeFault.of(BridgeFault.Code.CORRUPT_STORE, path, expected, got);
  }

  private String sha256Of(String manifest) throws BridgeFault, IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    byte[] some = new byte[8192];
    try (InputStream in = tree.open(manifest)) {
      for (int read = in.read(some); read >= 0; read = in.read(some)) {
        text.write(some, 0, read);
        if (text.size() > MOST_MANIFEST_BYTES) throw bad(manifest, "at most " + MOST_MANIFEST_BYTES + " bytes", "more");
      }
    }
    MessageDigest digest = sha256();
    digest.update(text.toByteArray());
    return hexadecimal(digest);
  }

  /** The name of a folder that every file system takes: it is shown, and means nothing. */
  private static String plain(String name) {
    String plain = String.valueOf(name).replaceAll("[^\\p{L}\\p{N} ._()-]+", "-").replaceAll("^[ .-]+|[ .]+$", "");
    String cut = plain.length() > 60 ? plain.substring(0, 60).trim() : plain;
    return cut.isEmpty() ? "model" : cut;
  }

  private static BridgeFault bad(String argument, String expected, Object got) {
    return BridgeFault.of(BridgeFault.Code.BAD_MODEL, argument, expected, got);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new IllegalStateException(everyPlatformHasIt);
    }
  }

  private static String hexadecimal(MessageDigest digest) {
    StringBuilder text = new StringBuilder();
    for (byte each : digest.digest()) text.append(String.format(Locale.ROOT, "%02x", each));
    return text.toString();
  }
}
