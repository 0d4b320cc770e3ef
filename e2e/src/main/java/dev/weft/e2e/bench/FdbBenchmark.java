package dev.weft.e2e.bench;

import dev.weft.netlink.Outcome;
import dev.weft.netlink.rtnl.Request;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Writes {@value FdbBed#ENTRIES} forwarding entries to an empty VXLAN device. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 10)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@SuppressWarnings("NullAway.Init")
public class FdbBenchmark {
  private FdbBed bed;
  private List<Request> requests;

  /** A namespace for all iterations. */
  @Setup(Level.Trial)
  public void makeNamespace() throws IOException {
    bed = new FdbBed();
  }

  /** Creates an empty device and the entries for each iteration. */
  @Setup(Level.Iteration)
  public void makeDevice() {
    bed.makeDevice();
    requests = bed.requests();
  }

  /** The netlink module, in this process. */
  @Benchmark
  @Warmup(iterations = 8)
  public List<Outcome> java() {
    List<Outcome> outcomes = bed.netlink().execute(requests);
    for (Outcome outcome : outcomes) {
      outcome.orThrow();
    }
    return outcomes;
  }

  /** The same messages from C, in a running process. */
  @Benchmark
  public void c() throws IOException {
    bed.runC();
  }

  /** The tool of iproute2, in a new process. */
  @Benchmark
  public void bridgeBatch() throws IOException, InterruptedException {
    bed.runBridge();
  }

  /** Checks that all entries exist. */
  @TearDown(Level.Iteration)
  public void countEntries() {
    bed.requireAllEntries();
  }

  /** Removes the namespace. */
  @TearDown(Level.Trial)
  public void removeNamespace() throws IOException {
    bed.close();
  }
}
