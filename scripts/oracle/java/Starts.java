import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import kafka.server.KafkaConfig;

/** Reads server.properties, one after the other with an empty line behind each, and says in a line why a broker would not take it. */
public class Starts {
    public static void main(String[] args) throws Exception {
        String all = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        for (String text : all.split("\n\n")) {
            Properties properties = new Properties();
            properties.load(new StringReader(text));
            System.out.println("judged " + refusal(properties));
        }
    }

    private static String refusal(Properties properties) {
        try {
            KafkaConfig.fromProps(properties, false);
            return "";
        } catch (Throwable error) {
            String said = error.getMessage() == null ? error.getClass().getName() : error.getMessage();
            return said.replace('\n', ' ');
        }
    }
}
