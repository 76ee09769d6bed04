package poyang.network;

import java.util.List;
import picocli.CommandLine.Command;
import poyang.tools.Commands;

/// The commands that run a network on this machine or read what it left.
public final class Main {
    private static final Commands COMMANDS = new Commands(List.of(
            Demo.class,
            Verify.class,
            Audit.class,
            AuthorityOnChain.class,
            LedgerFiles.class,
            StateQuery.class,
            Search.class,
            Watch.class,
            EpochCommands.class,
            ChainCommands.class,
            NodeCommands.class,
            AccountCommands.class,
            PermissionCommands.class,
            Lookup.class,
            ViewCommands.class,
            JobCommands.class,
            ProofCommands.class,
            Bench.class));

    private Main() {}

    @Command(
            name = "bench",
            subcommands = {
                ChainBench.class,
                FaultsBench.class,
                EpochsBench.class,
                QueryBench.class,
                RaftBench.class,
                SyncBench.class
            })
    static final class Bench {}

    public static void main(String[] arguments) {
        System.exit(poyang.tools.Main.run(COMMANDS, arguments));
    }

    static Commands commands() {
        return COMMANDS;
    }
}
