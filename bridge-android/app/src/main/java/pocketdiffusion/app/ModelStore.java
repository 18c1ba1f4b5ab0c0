package pocketdiffusion.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import pocketdiffusion.bridge.BridgeFault;
import pocketdiffusion.bridge.Folders;
import pocketdiffusion.bridge.ModelFolder;
import pocketdiffusion.bridge.Shelf;

/**
 * The models in the app's own storage: {@code PLACE/NAME/}, by the hash of the manifest, that of the sizes after it where they stand
 * in a file of their own, and the name that the folder had. One model in several sizes has several places.
 *
 * <p>Invariant: a folder that begins with a dot is on its way in or out, and is removed at the next start; any other was whole
 * when it got its name.
 */
final class ModelStore implements Shelf {
  private static final String PASSING = ".";

  private final Path folder;
  private final Runnable onChange;
  private volatile List<ModelFolder> folders = Collections.emptyList();

  private ModelStore(Path folder, Runnable onChange) {
    this.folder = folder;
    this.onChange = onChange;
  }

  /** Removes what was left half done. What cannot be read is not shown. {@code onChange}: on any thread, after each change. */
  static ModelStore in(Path folder, Runnable onChange) {
    ModelStore store = new ModelStore(folder, onChange);
    for (Path each : Folders.children(folder)) {
      if (each.getFileName().toString().startsWith(PASSING)) remove(each);
    }
    store.read();
    return store;
  }

  @Override
  public List<ModelFolder> folders() {
    return folders;
  }

  /** Whether it is there and whole. */
  boolean has(String place) {
    return !opened(folder.resolve(place)).isEmpty();
  }

  /** An empty folder for what comes in. */
  Path arrival() throws IOException {
    Files.createDirectories(folder);
    return Files.createTempDirectory(folder, PASSING);
  }

  /** Makes {@code arrived}, a folder with a model's folder in it, what is at {@code place}; what was there was damaged. */
  synchronized void accept(Path arrived, String place) throws IOException {
    Path target = folder.resolve(place);
    Path damaged = Files.exists(target) ? leaving(target) : null;
    Files.move(arrived, target, StandardCopyOption.ATOMIC_MOVE);
    read();
    onChange.run();
    if (damaged != null) remove(damaged);
  }

  /** In each form that it has. Networks of it that are open stay so. */
  synchronized void delete(ModelFolder model) throws IOException {
    for (Path each : Folders.children(folder)) {
      if (!holds(each, model)) continue;
      Path leaving = leaving(each);
      read();
      onChange.run();
      remove(leaving);
    }
  }

  /** A folder that holds what was at {@code place}, and is removed by whoever has it. */
  private Path leaving(Path place) throws IOException {
    Path leaving = Files.createTempDirectory(folder, PASSING);
    Files.move(place, leaving.resolve("it"), StandardCopyOption.ATOMIC_MOVE);
    return leaving;
  }

  private static boolean holds(Path place, ModelFolder model) {
    for (ModelFolder each : opened(place)) {
      if (each.model.hash.equals(model.model.hash)) return true;
    }
    return false;
  }

  private synchronized void read() {
    List<ModelFolder> found = new ArrayList<>();
    for (Path each : Folders.children(folder)) {
      if (!each.getFileName().toString().startsWith(PASSING)) found.addAll(opened(each));
    }
    folders = Collections.unmodifiableList(ModelFolder.together(found));
  }

  private static List<ModelFolder> opened(Path place) {
    List<ModelFolder> found = new ArrayList<>();
    for (Path each : Folders.children(place)) {
      try {
        found.addAll(ModelFolder.openAll(each));
      } catch (BridgeFault damaged) {
        // The rest of the models are as good as before.
      }
    }
    return found;
  }

  /** As far as it can be: what stays is tried again at the next start. */
  static void remove(Path place) {
    if (Files.isDirectory(place)) {
      for (Path each : Folders.children(place)) remove(each);
    }
    try {
      Files.deleteIfExists(place);
    } catch (IOException inUse) {
      // Its name begins with a dot.
    }
  }
}
