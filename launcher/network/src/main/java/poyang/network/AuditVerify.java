package poyang.network;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.AuditAnchors;
import poyang.sdk.AuditLog;
import poyang.sdk.ChainAccount;
import poyang.sdk.ProvenValue;
import poyang.wire.schema.StoredAnchor;

/// Checks every record of an audit log, and holds it against its last anchor on chain.
@Command(
        name = "verify",
        description = "Checks every record of a process's audit log; with --log and an account, also that it is the"
                + " log that the chain has anchors of, and goes as far. Exit code 0 when all of it holds.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class AuditVerify implements Callable<Integer> {
    @Mixin
    private AuditFile log;

    @ArgGroup(exclusive = false)
    private @Nullable Anchored anchored;

    @Spec
    private CommandSpec command;

    /// The log's name on chain, and who asks there.
    static final class Anchored {
        @Option(
                names = "--log",
                required = true,
                paramLabel = "ORGANISATION/NAME/PROCESS",
                description = "for example taxation/executor/executor or validators/validator-1/node")
        private String log;

        @ArgGroup(exclusive = false, multiplicity = "1")
        private AccountOptions by;
    }

    private record Anchor(AuditLog.Head head, long height, long millis) {}

    @Override
    public Integer call() {
        if (anchored == null) {
            AuditLog.Head end = log.with(AuditLog::verify);
            say(end, "It was held against no anchor: records may be missing at its end.");
            return 0;
        }
        Anchored with = anchored;
        Anchor last = with.by.with(
                ProcessRandom.open("audit"), InstantSource.system(), account -> last(account, "last/" + with.log));
        AuditLog.Head end = log.with((file, seal) -> AuditLog.verify(file, seal, last.head()));
        say(
                end,
                String.format(
                        Locale.ROOT,
                        "Block %d (%s) has an anchor of its record %d: it is that log, and whole up to there.",
                        last.height(),
                        Instant.ofEpochMilli(last.millis()),
                        last.head().sequence()));
        return 0;
    }

    private void say(AuditLog.Head end, String more) {
        command.commandLine()
                .getOut()
                .printf(
                        "WHOLE. %,d records; the last has the chain value %s.%n%s%n",
                        end.sequence(), end.value(), more);
    }

    private static Anchor last(ChainAccount account, String key) {
        ProvenValue proven = account.state(AuditAnchors.CONTRACT, key, 0);
        try {
            Bytes value = proven.value()
                    .orElseThrow(() -> new PoyangException(
                            NetworkErrors.UNREADABLE,
                            "the chain has no anchor of such a log",
                            "ORGANISATION/NAME/PROCESS of a process that runs is needed"));
            StoredAnchor stored = StoredAnchor.parseFrom(value.toArray());
            return new Anchor(
                    new AuditLog.Head(
                            stored.getAnchor().getSequence(),
                            Bytes.wrap(stored.getAnchor().getHead().toByteArray())),
                    stored.getHeight(),
                    stored.getMillis());
        } catch (InvalidProtocolBufferException e) {
            throw new PoyangException(
                    NetworkErrors.UNREADABLE, "the proven anchor is malformed", "one release is needed", e);
        }
    }
}
