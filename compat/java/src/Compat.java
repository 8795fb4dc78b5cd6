import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Apache Kafka's Java client through the common scenarios; see compat/runner.ts for the contract of a runner. */
public final class Compat {
    interface Scene {
        String play() throws Exception;
    }

    static String bootstrap = "127.0.0.1:9092";
    private static String restart;
    private static final String STAMP = Long.toString(System.currentTimeMillis(), 36) + ProcessHandle.current().pid();
    private static int count;

    private Compat() {}

    static String fresh(String stem) {
        return "java-" + stem + "-" + STAMP + "-" + ++count;
    }

    static Properties settings(Object... pairs) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        for (int at = 0; at < pairs.length; at += 2) properties.put((String) pairs[at], pairs[at + 1]);
        return properties;
    }

    static void same(String says, Object got, Object wanted) {
        if (!String.valueOf(got).equals(String.valueOf(wanted))) {
            throw new IllegalStateException(says + ": got " + got + ", wanted " + wanted);
        }
    }

    static void holds(String says, boolean value) {
        if (!value) throw new IllegalStateException(says);
    }

    static void until(String what, long timeoutMs, BooleanSupplier holds) throws InterruptedException {
        long deadline = System.currentTimeMillis() + timeoutMs;
        while (!holds.getAsBoolean()) {
            if (System.currentTimeMillis() > deadline) throw new IllegalStateException("not within " + timeoutMs + " ms: " + what);
            Thread.sleep(30);
        }
    }

    /** The innermost cause of what {@code attempt} must throw. */
    static Throwable refused(String says, Scene attempt) {
        try {
            attempt.play();
        } catch (Exception error) {
            Throwable cause = error;
            while (cause.getCause() != null) cause = cause.getCause();
            return cause;
        }
        throw new IllegalStateException(says + ": it was not refused");
    }

    static void restart() throws Exception {
        if (restart == null) throw new IllegalStateException("no --restart command was given");
        Process process = new ProcessBuilder("sh", "-c", restart).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        holds("restart took too long", process.waitFor(90, TimeUnit.SECONDS));
        same("exit code of restart", process.exitValue(), 0);
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') out.append('\\').append(c);
            else if (c < 32 || c > 126) out.append(String.format("\\u%04x", (int) c));
            else out.append(c);
        }
        return out.append('"').toString();
    }

    private static void line(String scenario, String rest) {
        System.out.println("{\"client\":\"java\",\"scenario\":" + quoted(scenario) + "," + rest + "}");
        System.out.flush();
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> options = new LinkedHashMap<>();
        for (int at = 0; at + 1 < args.length; at += 2) options.put(args[at].substring(2), args[at + 1]);
        bootstrap = options.getOrDefault("bootstrap", bootstrap);
        restart = options.get("restart");
        if (options.containsKey("member")) {
            Groups.member(options.get("member"), options.get("group"));
            return;
        }
        if (options.containsKey("fixture")) {
            System.out.print(Records.fixture());
            return;
        }
        List<String> only = options.containsKey("only") ? List.of(options.get("only").split(",")) : null;
        Map<String, Scene> scenes = new LinkedHashMap<>();
        Records.scenes(scenes);
        Groups.scenes(scenes);
        Admins.scenes(scenes);
        Transactions.scenes(scenes);
        for (Map.Entry<String, Scene> entry : new ArrayList<>(scenes.entrySet())) {
            String name = entry.getKey();
            if (only != null && !only.contains(name)) continue;
            line(name, "\"begins\":true");
            long began = System.nanoTime();
            String outcome;
            try {
                String detail = entry.getValue().play();
                outcome = "\"ok\":true,\"detail\":" + quoted(detail == null ? "" : detail);
            } catch (Throwable error) {
                Throwable cause = error;
                while (cause.getCause() != null) cause = cause.getCause();
                String message = cause.getClass().getSimpleName() + ": " + cause.getMessage();
                outcome = "\"ok\":false,\"detail\":" + quoted(message.length() > 500 ? message.substring(0, 500) : message);
            }
            line(name, outcome + ",\"ms\":" + (System.nanoTime() - began) / 1_000_000);
        }
        System.exit(0);
    }
}
