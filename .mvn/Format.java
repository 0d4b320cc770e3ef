import com.google.googlejavaformat.java.Formatter;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks ({@code check}) or rewrites ({@code write}) every Java file below the working directory.
 */
class Format {
  public static void main(String[] args) throws Exception {
    boolean write = args.length == 1 && args[0].equals("write");
    var formatter = new Formatter();
    List<Path> wrong = new ArrayList<>();
    for (Path file : sources(Path.of(""))) {
      String before = Files.readString(file);
      String after = formatter.formatSourceAndFixImports(before);
      if (!after.equals(before)) {
        wrong.add(file);
        if (write) {
          Files.writeString(file, after);
        }
      }
    }
    wrong.forEach(file -> System.out.println((write ? "formatted " : "not formatted: ") + file));
    if (!write && !wrong.isEmpty()) {
      System.out.println("Run './weft format' and commit what it changes.");
      System.exit(1);
    }
  }

  private static List<Path> sources(Path root) throws Exception {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            String name = directory.getFileName().toString();
            boolean skip = name.equals("target") || name.equals(".git");
            return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }
}
