package poyang.network;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import poyang.sdk.AuditLog;

/// Prints an audit log in clear, for auditors; what it prints is checked by `audit verify` as well.
@Command(
        name = "show",
        description = "Prints the records of a process's audit log, each checked. What it prints can be checked by"
                + " audit verify, without any key.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class AuditShow implements Callable<Integer> {
    @Mixin
    private AuditFile log;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        PrintWriter out = command.commandLine().getOut();
        var _ = log.with((file, seal) -> AuditLog.read(file, seal, line -> out.print(line + "\n")));
        out.flush();
        return 0;
    }
}
