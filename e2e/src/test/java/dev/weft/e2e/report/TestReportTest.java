package dev.weft.e2e.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestReportTest {
  @TempDir private Path folder;

  @Test
  void groupsSkippedTestsByWhatTheyNeedWithTheCommandThatBringsIt() throws IOException {
    report(
        "operator",
        "dev.weft.ATest",
        skipped("a", "Assumption failed: KUBEBUILDER_ASSETS names no folder with kube-apiserver"),
        skipped("b", "Assumption failed: the embedded API server knows no schema"),
        skipped("c", "Assumption failed: there is no Lua here (Debian: package lua5.1)"),
        "<testcase classname='dev.weft.ATest' name='d'/>");

    List<String> lines = TestReport.skipped(cases("operator"));

    assertThat(lines)
        .containsSubsequence(
            "      2  no kube-apiserver and etcd",
            "      1  programs of Debian packages are missing",
            "           there is no Lua here (Debian: package lua5.1)",
            "         > ./weft test --all");
    assertThat(TestReport.table(cases("operator"))).contains("1 passed, 0 failed, 3 skipped");
  }

  @Test
  void anUnknownReasonIsShownAsItIs() throws IOException {
    report("crds", "dev.weft.BTest", skipped("a", "Assumption failed: the moon is full"));

    assertThat(TestReport.skipped(cases("crds"))).contains("      1  the moon is full");
  }

  @Test
  void aTestThatTheMachineRanIsNotCountedAsSkippedToo() throws IOException {
    report(
        "netlink", "dev.weft.EspTest", skipped("a()", "Assumption failed: this kernel lacks ESP"));
    report("e2e", "dev.weft.LanTest", skipped("", "Assumption failed: this kernel lacks ESP"));
    report(
        "e2e",
        "dev.weft.MachineTest",
        "<testcase classname='dev.weft.MachineTest' name='EspTest.a()'/>",
        "<testcase classname='dev.weft.MachineTest' name='LanTest.b()'/>");

    List<TestCase> once = TestReport.once(all());

    assertThat(TestReport.table(once)).contains("2 passed, 0 failed, 0 skipped");
  }

  @Test
  void aFailureIsCountedByModule() throws IOException {
    report(
        "mesh",
        "dev.weft.CTest",
        "<testcase classname='dev.weft.CTest' name='a'><failure message='no'/></testcase>",
        "<testcase classname='dev.weft.CTest' name='b'><error message='no'/></testcase>");

    assertThat(TestReport.table(cases("mesh")))
        .contains("mesh                    0        2        0");
  }

  private List<TestCase> cases(String module) {
    return TestCase.in(folder.resolve(module).resolve("target/surefire-reports"));
  }

  private List<TestCase> all() throws IOException {
    try (var modules = Files.list(folder)) {
      return modules.flatMap(each -> cases(each.getFileName().toString()).stream()).toList();
    }
  }

  private void report(String module, String type, String... cases) throws IOException {
    Path reports =
        Files.createDirectories(folder.resolve(module).resolve("target/surefire-reports"));
    Files.writeString(
        reports.resolve("TEST-" + type + ".xml"),
        "<testsuite name='%s'>%s</testsuite>"
            .formatted(type, String.join("", cases).replace("TYPE", type)));
  }

  private static String skipped(String name, String message) {
    return "<testcase classname='TYPE' name='%s'><skipped message='%s'/></testcase>"
        .formatted(name, message);
  }
}
