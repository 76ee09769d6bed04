package poyang.tools;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/// A process that runs the command line again and again, in a folder of its own: one command a line, its
/// arguments between tabs. After each it prints {@link #END} with the exit code.
final class CommandLoop {
    static final String END = "\u0004";

    private CommandLoop() {}

    public static void main(String[] ignored) throws IOException {
        System.setErr(System.out);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            int code = Main.run(line.split("\t", -1));
            System.out.println(END + code);
            System.out.flush();
        }
    }
}
