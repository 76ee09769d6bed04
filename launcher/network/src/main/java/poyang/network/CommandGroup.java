package poyang.network;

import com.google.protobuf.Message;
import java.io.PrintWriter;
import java.time.InstantSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.RandomSource;
import poyang.tools.Report;
import poyang.wire.schema.TransactionReceipt;

/// What groups of commands have in common: randomness and clock of those that act, and the form of what they say.
abstract class CommandGroup {
    final RandomSource random;
    final InstantSource clock = InstantSource.system();

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "say it as one JSON object")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    /// @param name the group's, of whose randomness there is one source in the process
    CommandGroup(String name) {
        random = ProcessRandom.open(name);
    }

    final Report report() {
        return new Report(command.commandLine().getOut(), json);
    }

    /// To whom a command speaks while it runs.
    final PrintWriter meanwhile() {
        return command.commandLine().getErr();
    }

    /// Calls a contract, and says what that did and in which block.
    ///
    /// @param done in a word, what became of `whom`
    final int call(AccountOptions by, String contract, String method, Message arguments, String done, String whom) {
        return by.with(random, clock, account -> {
            TransactionReceipt receipt = account.call(contract, method, arguments);
            return report().say(done, whom).say("block", receipt.getHeight()).done(0);
        });
    }
}
