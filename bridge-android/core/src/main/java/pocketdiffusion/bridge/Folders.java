package pocketdiffusion.bridge;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What lies in a folder. */
public final class Folders {
  private Folders() {}

  /** By their names; none where there is no such folder. */
  public static List<Path> children(Path place) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(place)) {
      for (Path each : stream) found.add(each);
    } catch (IOException none) {
      return Collections.emptyList();
    }
    Collections.sort(found);
    return found;
  }
}
