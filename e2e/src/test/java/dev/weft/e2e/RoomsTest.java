package dev.weft.e2e;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What each room never holds. */
@AnalyzeClasses(packages = "dev.weft", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
  @ArchTest
  static final ArchRule NETLINK_KNOWS_NO_KUBERNETES =
      noClasses()
          .that()
          .resideInAPackage("dev.weft.netlink..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.fabric8..", "dev.weft.api..", "dev.weft.agent..", "dev.weft.mesh..");

  @ArchTest
  static final ArchRule THE_MESH_DOES_NO_INPUT_OR_OUTPUT =
      noClasses()
          .that()
          .resideInAPackage("dev.weft.mesh..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.io..",
              "java.nio.file..",
              "java.nio.channels..",
              "java.net.http..",
              "java.lang.foreign..",
              "io.fabric8..",
              "dev.weft.netlink..")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.net.Socket");

  @ArchTest
  static final ArchRule THE_API_KNOWS_NO_CLIENT_AND_NO_OTHER_ROOM =
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
              "java.net.http..");

  @ArchTest
  static final ArchRule THE_OPERATOR_TOUCHES_NO_KERNEL =
      noClasses()
          .that()
          .resideInAPackage("dev.weft.operator..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.weft.netlink..", "dev.weft.agent..", "java.lang.foreign..");

  @ArchTest
  static final ArchRule THE_AGENT_KNOWS_NO_OPERATOR =
      noClasses()
          .that()
          .resideInAPackage("dev.weft.agent..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.weft.operator..");
}
