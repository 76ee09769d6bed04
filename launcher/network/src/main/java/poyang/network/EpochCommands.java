package poyang.network;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import poyang.chain.proofs.Epoch;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.tools.Report;
import poyang.wire.schema.Empty;
import poyang.wire.schema.EpochProposal;
import poyang.wire.schema.EpochValidator;
import poyang.wire.schema.EpochWithdrawal;
import poyang.wire.schema.EpochsStatus;
import poyang.wire.schema.ReadyValidator;
import poyang.wire.schema.TransactionReceipt;

/// Which engine and validators a chain has, and what it is to have next.
@Command(name = "epoch", description = "Shows a chain's epochs, and proposes the next: engine, block time, validators.")
final class EpochCommands extends CommandGroup {
    private static final String CONTRACT = "poyang.v1.Epochs";

    EpochCommands() {
        super("epoch");
    }

    @Command(description = "The present epoch, proven from the genesis, and what is proposed.")
    int status(@Mixin AccountOptions by) {
        return by.with(random, clock, account -> {
            Report report = report();
            describe(report, "present", account.client().epochs().last());
            EpochsStatus status = ChainForms.attested(
                    EpochsStatus.parser(), Bytes.wrap(account.read(CONTRACT, "Status", Empty.getDefaultInstance())));
            if (status.getProposed().isEmpty()) {
                return report.hint("Nothing is proposed.").done(0);
            }
            describe(report, "proposed", Epoch.decode(status.getProposed().toByteArray()));
            return report.say("proposed by", status.getProposer())
                    .say(
                            "ready",
                            status.getReadyList().stream()
                                    .map(ReadyValidator::getValidator)
                                    .toList())
                    .done(0);
        });
    }

    @Command(
            description =
                    "Proposes the next epoch: the present one, but for what is given. It begins once more than two"
                            + " thirds of its validators have said that they are ready.")
    int propose(
            @Option(names = "--engine", defaultValue = "", description = "bft, raft or single") String engine,
            @Option(names = "--block-time", defaultValue = "0", description = "in milliseconds") long blockTimeMillis,
            @Option(
                            names = "--validator",
                            paramLabel = "NAME=KEY",
                            description = "joins, or has this key from then on: the public key in hexadecimal digits")
                    @Nullable
                    Map<String, String> validators,
            @Option(names = "--leave", paramLabel = "NAME", description = "is a validator no longer") @Nullable
                    List<String> leaving,
            @Mixin AccountOptions by) {
        return by.with(random, clock, account -> {
            Epoch present = account.client().epochs().last();
            TreeMap<String, Bytes> members = new TreeMap<>();
            present.validators()
                    .forEach(v -> members.put(v.id().name(), v.publicKey().encoded()));
            for (String name : leaving == null ? List.<String>of() : leaving) {
                if (members.remove(name) == null) {
                    throw new PoyangException(
                            NetworkErrors.UNREADABLE,
                            "\"" + name + "\" is no validator",
                            "one of " + members.keySet() + " is needed");
                }
            }
            if (validators != null) {
                validators.forEach((name, key) -> members.put(name, Bytes.fromHex(key)));
            }
            EpochProposal.Builder proposal = EpochProposal.newBuilder()
                    .setNumber(present.number() + 1)
                    .setEngine(engine.isEmpty() ? present.engine() : engine)
                    .setBlockTimeMillis(blockTimeMillis == 0 ? present.blockTimeMillis() : blockTimeMillis);
            members.forEach((name, key) -> proposal.addValidators(
                    EpochValidator.newBuilder().setId(name).setPublicKey(ByteString.copyFrom(key.toArray()))));
            TransactionReceipt receipt = account.call(CONTRACT, "Propose", proposal.build());
            return report().say("proposed epoch", proposal.getNumber())
                    .say("block", receipt.getHeight())
                    .done(0);
        });
    }

    @Command(description = "Takes the proposal back.")
    int withdraw(@Mixin AccountOptions by) {
        return by.with(random, clock, account -> withdrawn(account));
    }

    private int withdrawn(ChainAccount account) {
        long next = account.client().epochs().last().number() + 1;
        TransactionReceipt receipt = account.call(
                CONTRACT,
                "Withdraw",
                EpochWithdrawal.newBuilder().setNumber(next).build());
        return report().say("withdrawn in block", receipt.getHeight()).done(0);
    }

    private static void describe(Report report, String which, Epoch epoch) {
        Report _ = report.say(which + " epoch", epoch.number())
                .say(which + " engine", epoch.engine())
                .say(which + " quorum", epoch.quorum())
                .say(which + " block time", epoch.blockTimeMillis())
                .say(
                        which + " validators",
                        epoch.validators().stream().map(v -> v.id().name()).collect(Collectors.joining(" ")));
    }
}
