import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs console tools one after the other in one virtual machine, each as if it were alone. A line of standard input is a class and its
 * arguments, a line of standard output the exit code, what was printed, and what was said of errors; all but the code in base64,
 * parted by blanks.
 */
public final class Tools {
  /** How a tool ends that asks for it: what it does after that is nobody's business, as it would not have come to it. */
  private static final class Ended extends Error {
    Ended() {
      super(null, null, false, false);
    }
  }

  /** What one tool said until it ended. */
  private static final class Said {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    String atEnd;

    synchronized void end(int code) {
      if (atEnd != null) return;
      System.out.flush();
      System.err.flush();
      atEnd = code + " " + encoded(out) + " " + encoded(err);
    }
  }

  /** An argument may be empty, and a line is parted by blanks. */
  private static final String nothing = "=";

  private static String encoded(ByteArrayOutputStream bytes) {
    return bytes.size() == 0 ? nothing : Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private static String decoded(String text) {
    return text.equals(nothing) ? "" : new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
  }

  private static volatile Said said;

  private static void endNow(int code) {
    said.end(code);
    throw new Ended();
  }

  public static void main(String[] none) throws Exception {
    BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream answers = System.out;
    Exit.setExitProcedure((code, message) -> endNow(code));
    Exit.setHaltProcedure((code, message) -> endNow(code));
    Exit.setShutdownHookAdder((name, hook) -> {});
    for (String line = asked.readLine(); line != null; line = asked.readLine()) {
      String[] words = Arrays.stream(line.split(" ")).map(Tools::decoded).toArray(String[]::new);
      answers.println(run(words[0], Arrays.copyOfRange(words, 1, words.length)));
      answers.flush();
    }
    // Clients that a tool left open hold nobody up.
    Runtime.getRuntime().halt(0);
  }

  private static String run(String tool, String[] args) {
    said = new Said();
    System.setIn(new ByteArrayInputStream(new byte[0]));
    System.setOut(new PrintStream(said.out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(said.err, true, StandardCharsets.UTF_8));
    try {
      Class.forName(tool).getMethod("main", String[].class).invoke(null, (Object) args);
      said.end(0);
    } catch (InvocationTargetException failed) {
      if (!(failed.getCause() instanceof Ended)) {
        System.err.print("Exception in thread \"main\" ");
        failed.getCause().printStackTrace();
      }
      said.end(1);
    } catch (ReflectiveOperationException missing) {
      System.err.println(missing);
      said.end(1);
    }
    return said.atEnd;
  }
}
