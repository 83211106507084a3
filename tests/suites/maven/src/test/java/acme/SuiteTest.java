package acme;

import static org.junit.jupiter.api.Assertions.*;

import java.nio.file.*;
import java.time.Duration;
import org.junit.jupiter.api.*;
import org.junit.jupiter.params.*;
import org.junit.jupiter.params.provider.*;

class SuiteTest {
  @Test
  void passes() {
    System.out.println("printed <1>");
  }

  @Test
  void fails() {
    assertEquals(1, 2, "numbers");
  }

  @Test
  @Disabled("later")
  void skipped() {}

  @Test
  void flaky() throws Exception {
    var file = Path.of("target/tried");
    if (Files.exists(file)) return;
    Files.createFile(file);
    fail("first");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void parameter(int n) {
    assertTrue(n > 0);
  }

  @Test
  void hangs() {
    assertTimeoutPreemptively(Duration.ofMillis(500), () -> Thread.sleep(60000));
  }
}
