package pocketdiffusion.host;

import java.io.IOException;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import pocketdiffusion.bridge.BridgeFault;
import pocketdiffusion.bridge.Host;
import pocketdiffusion.bridge.ModelFolder;
import pocketdiffusion.ort.OrtEngine;

/**
 * {@code FOLDER… [--origin ORIGIN]… [--port N]}: the host on a desktop. Prints {@code PORT TOKEN} once it listens, and ends
 * when its standard input does: with whoever started it.
 */
public final class Main {
  private static final String NAME = "jvm 0.1.0";

  private Main() {}

  /** Exits with 2 where an argument or a folder is of no use. */
  public static void main(String[] words) throws IOException {
    List<ModelFolder> folders = new ArrayList<>();
    List<String> origins = new ArrayList<>();
    int port = 0;
    try {
      for (int i = 0; i < words.length; i++) {
        if (words[i].equals("--origin")) origins.add(words[++i]);
        else if (words[i].equals("--port")) port = Integer.parseInt(words[++i]);
        else folders.addAll(ModelFolder.openAll(Paths.get(words[i])));
      }
    } catch (BridgeFault | RuntimeException thrown) {
      System.err.println(thrown.getMessage());
      System.exit(2);
    }
    List<ModelFolder> models = ModelFolder.together(folders);
    Token token = Token.fresh();
    Host host = Host.over(OrtEngine.over(NAME, new Desktop(), () -> models));
    try {
      announce(LoopbackServer.start(host, Admission.of(origins, token), port, Main::failed).port(), token);
    } catch (IOException thrown) {
      failed(thrown);
    }
    while (System.in.read() >= 0) {
      // Nothing is said to it.
    }
    System.exit(0);
  }

  /** Whoever started it hears of its end; alive, it would be a host that nobody can reach. */
  private static void failed(Throwable thrown) {
    System.err.println("host-failed: " + (thrown instanceof IOException ? thrown.getMessage() : thrown.toString()));
    System.exit(1);
  }

  private static void announce(int port, Token token) {
    System.out.println(port + " " + token.digits);
    System.out.flush();
  }
}
