package pocketdiffusion.host;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import javax.management.JMException;
import javax.management.ObjectName;
import pocketdiffusion.bridge.Device;

/** The machine under a JVM: no chip to name, a temperature that nobody tells. */
final class Desktop implements Device {
  private static final Path MEMORY = Paths.get("/proc/meminfo");

  @Override
  public String soc() {
    return null;
  }

  @Override
  public String thermal() {
    return "unknown";
  }

  @Override
  public long totalBytes() {
    return bytes("MemTotal:", "TotalPhysicalMemorySize");
  }

  /** Linux also counts what it would give back at once; elsewhere, what is free. */
  @Override
  public long availableBytes() {
    return bytes("MemAvailable:", "FreePhysicalMemorySize");
  }

  private static long bytes(String word, String attribute) {
    try {
      for (String line : Files.readAllLines(MEMORY, StandardCharsets.US_ASCII)) {
        if (line.startsWith(word)) return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    } catch (IOException notLinux) {
      // Asked otherwise.
    }
    return attribute(attribute);
  }

  private static long attribute(String name) {
    try {
      ObjectName system = new ObjectName("java.lang:type=OperatingSystem");
      return (Long) ManagementFactory.getPlatformMBeanServer().getAttribute(system, name);
    } catch (JMException thrown) {
      return 0;
    }
  }
}
