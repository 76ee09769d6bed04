package poyang.network;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.crypto.random.ProcessRandom;
import poyang.sdk.ChainAccount;
import poyang.sdk.PermissionChange;
import poyang.sdk.VerifiedBlock;

/// A supervisor's live feed.
@Command(
        name = "watch",
        description = "Prints each change of accounts, keys, freezing, rules, levels and certificates with the block"
                + " that holds it, as soon as it is final and proven.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class Watch implements Callable<Integer> {
    @Mixin
    private AccountOptions by;

    @Option(names = "--from", paramLabel = "HEIGHT", description = "the first block; the next one when absent")
    private long from;

    @Option(names = "--to", paramLabel = "HEIGHT", description = "the last block; without end when absent")
    private long to = Long.MAX_VALUE;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        return by.with(ProcessRandom.open("watch"), InstantSource.system(), this::follow);
    }

    private int follow(ChainAccount account) {
        try {
            account.follow(from > 0 ? from : account.height() + 1, this::print);
        } catch (InterruptedException e) {
            // the last block was printed
        }
        return 0;
    }

    private void print(VerifiedBlock block) {
        for (PermissionChange change : PermissionChange.in(block)) {
            command.commandLine()
                    .getOut()
                    .printf(
                            "block %d  %s  %s: %s%n",
                            change.height(),
                            Instant.ofEpochMilli(change.timestampMillis()),
                            change.subject(),
                            change.words());
        }
        if (block.height() >= to) {
            Thread.currentThread().interrupt();
        }
    }
}
