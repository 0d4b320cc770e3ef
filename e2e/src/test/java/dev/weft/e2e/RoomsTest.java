package dev.weft.e2e;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.weft.agent.dataplane.model.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks which packages each module may use. */
class RoomsTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.weft");

  @Test
  void netlinkKnowsNoKubernetes() {
    noClasses()
        .that()
        .resideInAPackage("dev.weft.netlink..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.fabric8..", "dev.weft.api..", "dev.weft.agent..", "dev.weft.mesh..")
        .check(CLASSES);
  }

  @Test
  void theMeshDoesNoInputOrOutput() {
    noClasses()
        .that()
        .resideInAPackage("dev.weft.mesh..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.nio.file..",
            "java.nio.channels..",
            "java.net.http..",
            "java.lang.foreign..",
            "io.fabric8..")
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.(io\\.(File|Input|Output|Random).*|net\\..*Socket)"
                + "|dev\\.weft\\.netlink\\.(N.*|rtnl\\.(Netlink|Monitor)|xfrm\\.(Xfrm|XfrmMonitor))")
        .check(CLASSES);
  }

  @Test
  void theApiKnowsNoClientAndNoOtherRoom() {
    noClasses()
        .that()
        .resideInAPackage("dev.weft.api..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.weft.netlink..",
            "dev.weft.mesh..",
            "dev.weft.agent..",
            "dev.weft.operator..",
            "io.javaoperatorsdk..",
            "java.lang.foreign..",
            "java.net.http..")
        .check(CLASSES);
  }

  @Test
  void theOperatorTouchesNoKernel() {
    noClasses()
        .that()
        .resideInAPackage("dev.weft.operator..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.weft.netlink..", "dev.weft.agent..", "java.lang.foreign..")
        .check(CLASSES);
  }

  @Test
  void theAgentKnowsNoOperator() {
    noClasses()
        .that()
        .resideInAPackage("dev.weft.agent..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.weft.operator..")
        .check(CLASSES);
  }

  @Test
  void theImportKnowsOnlyDockerAndTheApi() {
    noClasses()
        .that()
        .resideInAPackage("dev.weft.importer..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.weft.netlink..",
            "dev.weft.mesh..",
            "dev.weft.agent..",
            "dev.weft.operator..",
            "java.lang.foreign..")
        .check(CLASSES);
  }

  @Test
  void onlyTheImportsEdgeReadsAnEngine() {
    noClasses()
        .that()
        .resideInAPackage("dev.weft.importer..")
        .and()
        .doNotHaveSimpleName("DockerApi")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.github.dockerjava..", "java.net.http..")
        .check(CLASSES);
  }

  @Test
  void noPackagesFormACircle() {
    slices().matching("dev.weft.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  /** The data plane reports its plan as {@code Change}; the rest of the model is internal. */
  @Test
  void theDataPlaneHasOneDoor() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.weft.agent.dataplane..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.weft.agent.dataplane.*..")
                .and(resideOutsideOfPackage("dev.weft.agent.dataplane.spec"))
                .and(not(type(Change.class))))
        .check(CLASSES);
  }

  @Test
  void onlyNetlinkReadsAndWritesMessages() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.weft.netlink..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.weft.netlink.wire..")
        .check(CLASSES);
  }

  /**
   * The API's enums have the words of its resources; other modules may have values of the same
   * name.
   */
  @Test
  void noTwoClassesShareAName() {
    Map<String, Set<String>> packages =
        CLASSES.stream()
            .filter(JavaClass::isTopLevelClass)
            .filter(each -> !each.getPackageName().startsWith("dev.weft.api"))
            .filter(each -> !each.getSimpleName().equals("package-info"))
            .collect(
                Collectors.groupingBy(
                    JavaClass::getSimpleName,
                    Collectors.mapping(JavaClass::getPackageName, Collectors.toSet())));
    packages.values().removeIf(each -> each.size() == 1);
    assertThat(packages).isEmpty();
  }

  @Test
  void noSourceFileHasMoreThanFourHundredLines() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(".."))) {
      assertThat(files)
          .filteredOn(each -> each.toString().endsWith(".java"))
          .filteredOn(each -> each.toString().contains("/src/"))
          .isNotEmpty()
          .allSatisfy(each -> assertThat(Files.readAllLines(each)).hasSizeLessThanOrEqualTo(400));
    }
  }
}
