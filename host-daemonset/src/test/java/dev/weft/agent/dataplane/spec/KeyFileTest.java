package dev.weft.agent.dataplane.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.mesh.keys.EpochKey;
import dev.weft.mesh.keys.KeyRing;
import dev.weft.mesh.keys.NodeKeyPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFileTest {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final EpochKey PLAIN = key(Optional.empty());
  private static final EpochKey KEY = key(Optional.of(4500));
  private static final KeyRing RING = new KeyRing(new TreeMap<>(Map.of(6L, PLAIN, 7L, KEY)));

  private KeyFile file;

  private static EpochKey key(Optional<Integer> udpPort) {
    return new EpochKey(
        NodeKeyPair.fresh(new SecureRandom()), 3, udpPort, Set.of("a", "b"), Set.of("c"));
  }

  @BeforeEach
  void inMemory() throws IOException {
    assumeTrue(
        Files.exists(MEMORY) && Files.getFileStore(MEMORY).type().equals("tmpfs"),
        "there is no tmpfs at " + MEMORY);
    file = new KeyFile(Files.createTempDirectory(MEMORY, "weft-test").resolve("keys"));
  }

  @AfterEach
  void nothingStays() throws IOException {
    if (file != null) {
      file.store(KeyRing.EMPTY);
      assertThat(file.path()).doesNotExist();
      Files.delete(file.path().getParent());
    }
  }

  @Test
  void whatIsStoredIsLoadedAndOnlyItsOwnerReadsIt() throws IOException {
    assertThat(file.unfit()).isEmpty();
    assertThat(file.load()).isEqualTo(KeyRing.EMPTY);
    file.store(KeyRing.EMPTY);
    file.store(RING);
    assertThat(file.load()).isEqualTo(RING);
    assertThat(file.load().keys().get(7L).pair().privateKey()).isEqualTo(KEY.pair().privateKey());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())))
        .isEqualTo("rw-------");
    try (var beside = Files.list(file.path().getParent())) {
      assertThat(beside).containsExactly(file.path());
    }
  }

  @Test
  void aFileThatIsCutOffCountsAsNone() throws IOException {
    file.store(RING);
    String text = Files.readString(file.path());
    Files.writeString(file.path(), text.substring(0, text.length() - 5));
    assertThat(file.load()).isEqualTo(KeyRing.EMPTY);
    Files.writeString(file.path(), text.replace("key 7", "key seven"));
    assertThat(file.load()).isEqualTo(KeyRing.EMPTY);
  }

  @Test
  void aDiskIsRefused(@TempDir Path directory) throws IOException {
    assumeTrue(!Files.getFileStore(directory).type().equals("tmpfs"), directory + " is in memory");
    assertThat(new KeyFile(directory.resolve("keys")).unfit())
        .hasValueSatisfying(problem -> {
          assertThat(problem.cure()).isEqualTo(Problem.Cure.USER);
          assertThat(problem.toString()).contains("must never be on a disk", "tmpfs");
        });
  }

  @Test
  void noPrivateKeyIsEverPrinted() {
    assertThat(RING.toString())
        .doesNotContain(Base64.getEncoder().encodeToString(KEY.pair().privateKey()));
  }
}
