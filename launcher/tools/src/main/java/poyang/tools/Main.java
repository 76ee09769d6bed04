package poyang.tools;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import poyang.kernel.ErrorCode.Category;
import poyang.kernel.PoyangException;

/// The command line. Exit codes: 0 done, 2 wrong use or bad input, 1 anything else.
@Command(
        name = "poyang",
        description = "Departments compute together, and no raw row leaves a department.",
        subcommands = {
            Collide.class,
            Score.class,
            Seal.class,
            Open.class,
            Key.class,
            Ca.class,
            RandomnessTest.class,
            Zkp.class,
            BenchPsi.class
        })
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /// The commands of this module, for {@link #run(Object, String...)}.
    public static Object commands() {
        return new Main();
    }

    static int run(String... arguments) {
        return run(new Main(), arguments);
    }

    /// Runs one of `commands`' subcommands; explains what fails; gives the exit code.
    public static int run(Object commands, String... arguments) {
        return new CommandLine(commands)
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
