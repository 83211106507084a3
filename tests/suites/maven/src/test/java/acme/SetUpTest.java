package acme;

import org.junit.jupiter.api.*;

class SetUpTest {
  @BeforeAll
  static void setUp() {
    throw new IllegalStateException("no database");
  }

  @Test
  void never() {}
}
