package poyang.network;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.sdk.ProvenValue;

/// Reads one value of the chain's state, now or as it was, and verifies its proof against the genesis.
@Command(name = "state", description = "What stands, or stood, under a key of a contract; proven.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class StateQuery implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "CONTRACT", description = "for example poyang.v1.Accounts")
    private String contract;

    @Parameters(index = "1", paramLabel = "KEY", description = "for example account/taxation/owner")
    private String key;

    @Mixin
    private AccountOptions by;

    @Option(
            names = "--at",
            description = "a height, or the state root of a block in 64 hexadecimal digits; the latest when absent")
    private @Nullable String at;

    @Spec
    private CommandSpec command;

    private static final int ROOT_DIGITS = 64;

    @Override
    public Integer call() {
        ProvenValue value = by.with(ProcessRandom.open("state"), InstantSource.system(), this::ask);
        command.commandLine()
                .getOut()
                .println("PROVEN. After block " + value.height() + " ("
                        + Instant.ofEpochMilli(value.timestampMillis()) + ") "
                        + value.value()
                                .map(bytes -> bytes.length() + " octets stood there:\n" + bytes.hex())
                                .orElse("nothing stood there."));
        return value.value().isPresent() ? 0 : 1;
    }

    private ProvenValue ask(ChainAccount account) {
        if (at == null) {
            return account.state(contract, key, 0);
        }
        if (at.length() == ROOT_DIGITS) {
            return account.state(contract, key, Bytes.fromHex(at));
        }
        try {
            return account.state(contract, key, Long.parseLong(at));
        } catch (NumberFormatException e) {
            throw new PoyangException(
                    NetworkErrors.UNREADABLE,
                    "\"" + at + "\" is neither a height nor a state root",
                    "a number, or 64 hexadecimal digits, are needed",
                    e);
        }
    }
}
