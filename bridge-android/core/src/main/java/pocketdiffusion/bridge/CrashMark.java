package pocketdiffusion.bridge;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that is there while something is done that may take the whole process with it, as drivers do: the next process finds
 * it, and does not walk into the same trap by itself.
 *
 * <p>Invariant: the file is on the disk from before {@code set} returns until {@code clear}; what it says is of this build of the app.
 */
public final class CrashMark {
  public static final String PROBE = "probe";

  private final Path file;
  private final String build;
  private volatile String diedIn;

  private CrashMark(Path file, String build) {
    this.file = file;
    this.build = build;
  }

  /** {@code build}, without line breaks, tells the app and its libraries from every other: what another one died of says nothing. */
  public static CrashMark at(Path file, String build) {
    CrashMark mark = new CrashMark(file, build);
    mark.diedIn = mark.read();
    if (mark.diedIn == null) mark.clear();
    return mark;
  }

  /** What an earlier process was in when it died; null where none did, or nobody is to be held back by it any more. */
  public String diedIn() {
    return diedIn;
  }

  /** From now on, until {@code clear}. Where it cannot be written, there is no mark: a full disk stops no drawing. */
  public synchronized void set(String what) {
    try {
      Files.createDirectories(file.getParent());
      write(build + "\n" + what);
    } catch (IOException full) {
      clear();
    }
  }

  /** It has ended, well or not, and the process lives. */
  public synchronized void clear() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException stays) {
      // Then the next process is more careful than it need be.
    }
  }

  /** Somebody knows better: it may be tried again. */
  public synchronized void forget() {
    diedIn = null;
    clear();
  }

  private void write(String text) throws IOException {
    StandardOpenOption[] anew = {StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING};
    try (FileChannel channel = FileChannel.open(file, anew)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) channel.write(bytes);
      channel.force(true);
    }
    try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    } catch (IOException notHere) {
      // Not every system opens a folder; the file itself is on the disk.
    }
  }

  private String read() {
    try {
      String[] lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n", 2);
      boolean known = lines.length == 2 && lines[0].equals(build) && lines[1].matches("[a-z_]{1,40}");
      return known ? lines[1] : null;
    } catch (IOException none) {
      return null;
    }
  }
}
