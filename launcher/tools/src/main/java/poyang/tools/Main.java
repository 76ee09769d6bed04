package poyang.tools;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import poyang.kernel.ErrorCode.Category;
import poyang.kernel.PoyangException;

/// The command line. Exit codes: 0 done, 2 wrong use or bad input, 1 anything else.
public final class Main {
    private static final Commands COMMANDS = new Commands(List.of(
            Collide.class,
            Score.class,
            Seal.class,
            Open.class,
            Key.class,
            Ca.class,
            RandomnessTest.class,
            Zkp.class,
            BenchPsi.class));

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /// The commands of this module, for {@link #run(Commands, String...)}.
    public static Commands commands() {
        return COMMANDS;
    }

    static int run(String... arguments) {
        return run(COMMANDS, arguments);
    }

    /// Runs one of `commands`; explains what fails; gives the exit code.
    public static int run(Commands commands, String... arguments) {
        return commands.line(arguments)
                .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
                .setExecutionExceptionHandler(Main::explain)
                .execute(arguments);
    }

    private static int explain(Exception failure, CommandLine command, CommandLine.ParseResult ignored)
            throws Exception {
        if (failure instanceof PoyangException known) {
            command.getErr().println("poyang: " + known.wrong() + ".");
            command.getErr().println("        " + known.right() + ". (" + known.code() + ")");
            return known.code().category() == Category.BAD_INPUT ? 2 : 1;
        }
        throw failure;
    }
}
