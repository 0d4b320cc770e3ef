package dev.weft.e2e.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestReportTest {
  @TempDir private Path folder;

  @Test
  void groupsSkippedTestsByWhatTheyNeedWithTheCommandThatBringsIt() throws IOException {
    report(
        "operator",
        "dev.weft.ATest",
        skipped("a", "KUBEBUILDER_ASSETS names no folder with kube-apiserver"),
        skipped("b", "the embedded API server knows no schema"),
        skipped("c", "there is no Lua here (Debian: package lua5.1)"),
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
    report("crds", "dev.weft.BTest", skipped("a", "the moon is full"));

    assertThat(TestReport.skipped(cases("crds"))).contains("      1  the moon is full");
  }

  @Test
  void aTestThatTheMachineRanIsNotCountedAsSkippedToo() throws IOException {
    report("netlink", "dev.weft.EspTest", skipped("a", "this kernel lacks ESP"));
    report("netlink", "dev.weft.OtherTest", skipped("a", "this kernel lacks ESP"));
    report(
        "e2e",
        "dev.weft.MachineTest",
        "<testcase classname='dev.weft.MachineTest' name='testsThatNeedEsp()[1]'/>");
    Files.writeString(reports("e2e").resolve("machine.txt"), "EspTest\n");

    Set<String> inside = Set.copyOf(TestReport.inside(reports("e2e")));

    assertThat(cases("netlink"))
        .filteredOn(each -> !TestReport.isCountedInside(each, inside))
        .extracting(TestCase::type)
        .containsExactly("OtherTest");
    assertThat(cases("e2e")).noneMatch(each -> TestReport.isCountedInside(each, inside));
  }

  @Test
  void aDisabledTestShowsItsReason() throws IOException {
    report(
        "mesh",
        "dev.weft.DTest",
        "<testcase classname='dev.weft.DTest' name='a'><skipped message='not yet'/></testcase>");

    assertThat(TestReport.skipped(cases("mesh"))).contains("      1  not yet");
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
    return TestCase.in(reports(module));
  }

  private Path reports(String module) {
    return folder.resolve(module).resolve("target/surefire-reports");
  }

  private void report(String module, String type, String... cases) throws IOException {
    Path reports = Files.createDirectories(reports(module));
    Files.writeString(
        reports.resolve("TEST-" + type + ".xml"),
        "<testsuite name='%s'>%s</testsuite>"
            .formatted(type, String.join("", cases).replace("TYPE", type)));
  }

  /** A failure as Surefire writes it: without a message, and with the stack trace as text. */
  private static String skipped(String name, String message) {
    return """
    <testcase classname='TYPE' name='%s' time='0.0'>
      <skipped type="org.opentest4j.TestAbortedException"><![CDATA[\
    org.opentest4j.TestAbortedException: Assumption failed: %s
    \tat org.junit.jupiter.api.Assumptions.assumeTrue(Assumptions.java:1)]]></skipped>
    </testcase>
    """
        .formatted(name, message);
  }
}
