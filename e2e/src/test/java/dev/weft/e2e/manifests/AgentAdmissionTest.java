package dev.weft.e2e.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Evaluates the shipped policy on AdmissionReviews that an API server sent for an agent's writes.
 * It allows {@code allowed-*}, and refuses {@code denied-*} with their {@code message}. The agent
 * is that of node n1; the test adds the node to the token's claims, as servers since 1.30 do.
 */
class AgentAdmissionTest {
  private static final Path REVIEWS = Path.of("src/test/resources/admission");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static AdmissionPolicy policy = new AdmissionPolicy(JSON.nullNode());

  @BeforeAll
  static void read() throws IOException {
    policy =
        new AdmissionPolicy(
            Documents.find(
                Documents.of(Files.readString(Path.of("../manifests/install.yaml"))),
                "ValidatingAdmissionPolicy",
                "weft-agent-own-node"));
  }

  static Stream<Path> reviews() throws IOException {
    try (Stream<Path> files = Files.list(REVIEWS)) {
      return files.sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("reviews")
  void anAgentWritesWhatIsOfItsOwnNodeAndNothingElse(Path file) throws IOException {
    JsonNode review = JSON.readTree(file.toFile());

    if (file.getFileName().toString().startsWith("allowed-")) {
      assertThat(policy.refusals(review.path("request"))).isEmpty();
    } else {
      assertThat(policy.refusals(review.path("request")))
          .first()
          .asString()
          .contains(review.path("message").asText());
    }
  }

  @Test
  void whatOthersWriteIsNoMatterOfThePolicy() throws IOException {
    JsonNode review = JSON.readTree(REVIEWS.resolve("denied-another-node-published.json").toFile());
    ((ObjectNode) review.at("/request/userInfo")).put("username", "somebody");

    assertThat(policy.refusals(review.path("request"))).isEmpty();
  }
}
