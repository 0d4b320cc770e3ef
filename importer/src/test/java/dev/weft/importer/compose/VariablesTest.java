package dev.weft.importer.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VariablesTest {
  private static final Variables VARIABLES = new Variables(Map.of("X", "x", "E", ""));

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "$X, x",
        "${X}y, xy",
        "$$X, $X",
        "$1 $(a), $1 $(a)",
        "a$, a$",
        "${E:-d}, d",
        "${E-d}, ||",
        "${U-d}, d",
        "${U:-${V:-${X}}}, x",
        "${X:+r}${E:+s}${E+t}${U+u}, rt",
        "${U:-a:?b}, a:?b",
        "${X:?m}, x",
        "${U:-{\"a\": 1}}, {\"a\": 1}"
      })
  void areFilledInAsComposeDoes(String text, String filled) {
    assertThat(VARIABLES.fill(text, new LinkedHashSet<>())).isEqualTo(filled);
  }

  @Test
  void thatHaveNoValueAreListed() {
    LinkedHashSet<String> unset = new LinkedHashSet<>();

    assertThat(VARIABLES.fill("a${U}b$V", unset)).isEqualTo("ab");
    assertThat(unset).containsExactly("U", "V");
  }

  @ParameterizedTest
  @CsvSource({"${E:?why}", "${U?why}", "${1}", "${X", "${}"})
  void thatCannotBeFilledInAreRefused(String text) {
    assertThatThrownBy(() -> VARIABLES.fill(text, new LinkedHashSet<>()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
