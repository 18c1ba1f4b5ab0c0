package pocketdiffusion.host;

import java.io.File;
import java.io.IOException;
import java.util.Collections;
import java.util.Scanner;
import pocketdiffusion.bridge.BareEngine;
import pocketdiffusion.bridge.Host;

/** The server in a JVM of its own, whose memory is small, until its standard input ends. */
final class SmallHost implements AutoCloseable {
  final int port;
  private final Process process;

  private SmallHost(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static SmallHost of(String most, Token token) throws IOException {
    String java = System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
    String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process process =
        new ProcessBuilder(java, "-Xmx" + most, "-cp", classes, SmallHost.class.getName(), token.digits)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    return new SmallHost(process, new Scanner(process.getInputStream(), "US-ASCII").nextInt());
  }

  boolean isAlive() {
    return process.isAlive();
  }

  public static void main(String[] words) throws IOException {
    Host host = Host.over(BareEngine.over("test", new Desktop(), Collections::emptyList));
    Admission admission = Admission.of(Collections.singleton(Client.ORIGIN), Token.of(words[0]));
    System.out.println(LoopbackServer.start(host, admission, 0, thrown -> System.exit(1)).port());
    while (System.in.read() >= 0) {
      // Nothing is said to it.
    }
    System.exit(0);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
