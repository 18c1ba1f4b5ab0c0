package pocketdiffusion.app;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** A folder that a person picked, wherever it is. */
interface Tree {
  String name();

  /** The bytes of each file, by its path: names with slashes between them. Folders have no entry. */
  Map<String, Long> files() throws IOException;

  InputStream open(String path) throws IOException;
}
