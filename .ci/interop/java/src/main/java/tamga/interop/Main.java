package tamga.interop;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Reads questions as lines of JSON and answers each with a line of JSON. */
public final class Main {
    /** One question: a file, and what is known and trusted. */
    public record Question(String id, String kind, String file, String content, String signer, String profile,
            String[] anchors, String[] intermediates, String[] crls, String[] ocsps, String at) {}

    /** One answer, in the words of signing/interop. */
    public record Answer(String verdict, String detail) {}

    interface Judge {
        Answer judge(Question q) throws Exception;
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = System.out;
        System.setOut(System.err); // libraries print where they like
        if (args[0].equals("make")) {
            Make.run();
            return;
        }
        if (args[0].equals("extend")) {
            Extend.run();
            return;
        }
        Judge judge = switch (args[0]) {
            case "dss" -> new Dss();
            case "gost" -> new Gost();
            default -> new VeraPdf();
        };
        ObjectMapper json = new ObjectMapper();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null;) {
            Question q = json.readValue(line, Question.class);
            Answer a;
            try {
                a = judge.judge(q);
            } catch (Exception | StackOverflowError | OutOfMemoryError e) {
                a = new Answer("unreadable", e.getClass().getSimpleName() + ": " + e.getMessage());
            }
            out.println(json.writeValueAsString(Map.of("id", q.id(), "verdict", a.verdict(), "detail", a.detail())));
            out.flush();
        }
        System.exit(0);
    }
}
