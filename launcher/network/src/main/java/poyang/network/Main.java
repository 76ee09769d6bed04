package poyang.network;

import picocli.CommandLine.Command;

/// The commands that run a network on this machine or read what it left.
@Command(
        name = "poyang",
        subcommands = {
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
            Main.Bench.class
        })
public final class Main {
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
        System.exit(poyang.tools.Main.run(commands(), arguments));
    }

    static Object commands() {
        return new Main();
    }
}
