package dev.weft.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fabric8.kubernetes.api.model.IntOrString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RolloutTest {

  @ParameterizedTest
  @CsvSource({"1,10,1", "3,2,3", "25%,3,1", "25%,10,3", "50%,10,5", "100%,7,7", "1%,0,1"})
  void aSettingMeansAtLeastOneNodeAndAShareIsRoundedUp(String setting, int nodes, int atOnce) {
    assertThat(Rollout.resolve(setting, nodes)).isEqualTo(atOnce);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "0%", "101%", "many", "", "2.5", "25 %"})
  void whatIsNeitherANumberNorAShareIsRefused(String setting) {
    assertThatIllegalArgumentException().isThrownBy(() -> Rollout.resolve(setting, 3));
  }

  @Test
  void whatIsAbsentIsAQuarter() {
    assertThat(Rollout.effective(null)).isEqualTo("25%");
    assertThat(Rollout.effective(new Rollout(null))).isEqualTo("25%");
    assertThat(Rollout.effective(new Rollout(new IntOrString(2)))).isEqualTo("2");
    assertThat(Rollout.effective(new Rollout(new IntOrString("40%")))).isEqualTo("40%");
  }
}
