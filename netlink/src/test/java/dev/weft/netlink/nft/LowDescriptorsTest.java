package dev.weft.netlink.nft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A process without a free low descriptor gets an error at its first use of libnftables, and
 * continues.
 */
class LowDescriptorsTest {
  /** Opens more files than {@code select(2)} supports, then uses the library. */
  static final class Late {
    private static final int FILES = 1100;

    private Late() {}

    public static void main(String... arguments) throws IOException {
      List<FileInputStream> open = new ArrayList<>();
      for (int i = 0; i < FILES; i++) {
        open.add(new FileInputStream("/dev/null"));
      }
      try {
        NftContext.require();
        System.out.println("%d files are open".formatted(open.size()));
      } catch (NftablesException refused) {
        System.out.println(refused.getMessage());
      }
    }
  }

  @Test
  void areRefusedToAProcessThatHasNoneLeft() throws Exception {
    Process late =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Late.class.getName())
            .redirectErrorStream(true)
            .start();

    String said = new String(late.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(late.waitFor()).isZero();
    assertThat(said).contains("libnftables needs 8 file descriptors below 1024", "LimitNOFILE");
  }
}
