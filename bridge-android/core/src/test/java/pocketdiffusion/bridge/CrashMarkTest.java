package pocketdiffusion.bridge;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What a process that died leaves for the next one. */
public final class CrashMarkTest {
  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  private Path file;

  @Before
  public void start() {
    file = temporary.getRoot().toPath().resolve("npu/mark");
  }

  private CrashMark next(String build) {
    return CrashMark.at(file, build);
  }

  @Test
  public void whatEndedLeavesNothing() {
    CrashMark mark = next("1");
    mark.set("probe");
    assertTrue(Files.exists(file));
    assertNull("of this process, nothing is said", mark.diedIn());
    mark.clear();
    assertNull(next("1").diedIn());
  }

  @Test
  public void whatDidNotEndIsKnownUntilSomebodySaysOtherwise() {
    next("1").set("unet");
    assertEquals("unet", next("1").diedIn());
    CrashMark again = next("1");
    assertEquals("unet", again.diedIn());
    again.forget();
    assertNull(again.diedIn());
    assertNull(next("1").diedIn());
  }

  @Test
  public void theLastMarkCounts() {
    CrashMark mark = next("1");
    mark.set("text_encoder");
    mark.set("unet");
    assertEquals("unet", next("1").diedIn());
  }

  @Test
  public void anotherBuildBeginsAnew() {
    next("app 1, library 2.51.0").set("probe");
    assertNull(next("app 1, library 2.52.0").diedIn());
    assertFalse("for good", Files.exists(file));
  }

  @Test
  public void aDamagedMarkIsNone() throws IOException {
    Files.createDirectories(file.getParent());
    for (String text : new String[] {"", "1", "1\n", "1\nProbe!", "1\nprobe\nmore", "\nprobe"}) {
      Files.write(file, text.getBytes(StandardCharsets.UTF_8));
      assertNull(text, next("1").diedIn());
    }
  }

  @Test
  public void whereNothingCanBeWrittenWorkGoesOn() throws IOException {
    Files.write(file.getParent(), new byte[1]);
    CrashMark mark = next("1");
    mark.set("probe");
    mark.clear();
    assertNull(next("1").diedIn());
  }
}
