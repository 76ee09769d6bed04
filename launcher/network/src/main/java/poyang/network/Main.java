package poyang.network;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import poyang.kernel.ErrorCode.Category;
import poyang.kernel.PoyangException;

/// The command line of what needs executors. Exit codes: 0 done, 2 wrong use or bad input, 1 anything
/// else.
@Command(
        name = "poyang",
        description = "Departments compute together, and no raw row leaves a department.",
        subcommands = {JailedDemo.class, Audit.class})
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /// Runs one command; gives its exit code.
    static int run(String... arguments) {
        return new CommandLine(new Main())
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
