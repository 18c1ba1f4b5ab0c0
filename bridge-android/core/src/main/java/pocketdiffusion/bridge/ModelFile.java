package pocketdiffusion.bridge;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A file of a model, with the length and the hash that its manifest says.
 *
 * <p>Invariant: once it is proven, its bytes had that hash in this process.
 */
final class ModelFile {
  private static final int TOGETHER = 1 << 20;

  final Path path;
  final long bytes;
  /** Hexadecimal, in small letters. */
  final String sha256;
  private boolean proven = false;

  private ModelFile(Path path, long bytes, String sha256) {
    this.path = path;
    this.bytes = bytes;
    this.sha256 = sha256;
  }

  /** {@code bad-model} where it is not there, or of another length. The name goes to the page, the path does not. */
  static ModelFile of(Path folder, String name, long bytes, String sha256) throws BridgeFault {
    Path path = folder.resolve(name).normalize();
    if (!path.startsWith(folder) || path.equals(folder)) {
      throw BridgeFault.of(BridgeFault.Code.BAD_MODEL, name, "a file in the model's folder", "another place");
    }
    long found;
    try {
      found = Files.size(path);
    } catch (IOException thrown) {
      throw BridgeFault.of(BridgeFault.Code.BAD_MODEL, name, "a file", "none that can be read");
    }
    if (found != bytes) throw BridgeFault.of(BridgeFault.Code.BAD_MODEL, name, bytes + " bytes", found);
    return new ModelFile(path, bytes, sha256);
  }

  /** Reads all of it the first time; {@code corrupt-store} where it has another hash. */
  void prove(Progress progress, Cancellation cancellation) throws BridgeFault {
    if (proven) return;
    MessageDigest digest = sha256();
    byte[] some = new byte[TOGETHER];
    long done = 0;
    try (InputStream in = Files.newInputStream(path)) {
      for (int read = in.read(some); read >= 0; read = in.read(some)) {
        cancellation.check();
        digest.update(some, 0, read);
        done += read;
        progress.at(done, Math.max(bytes, done));
      }
    } catch (IOException thrown) {
      throw BridgeFault.of(BridgeFault.Code.BAD_MODEL, name(), "a file that can be read", thrown.getClass().getSimpleName());
    }
    String found = hexadecimal(digest.digest());
    if (!found.equals(sha256)) throw BridgeFault.of(BridgeFault.Code.CORRUPT_STORE, name(), sha256, found);
    proven = true;
  }

  private String name() {
    return path.getFileName().toString();
  }

  static String hash(byte[] bytes) {
    return hexadecimal(sha256().digest(bytes));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new IllegalStateException(everyPlatformHasIt);
    }
  }

  private static String hexadecimal(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte each : bytes) text.append(String.format("%02x", each));
    return text.toString();
  }
}
