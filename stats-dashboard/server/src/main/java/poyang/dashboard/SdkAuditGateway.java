package poyang.dashboard;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import poyang.kernel.PoyangException;
import poyang.sdk.AuditFeed;
import poyang.sdk.AuditSources;
import poyang.wire.schema.AuditPiece;
import poyang.wire.schema.SignedQuery;

/// The logs of validators and executors over the SDK, and the console's own.
final class SdkAuditGateway implements AuditGateway {
    private final @Nullable AuditSources others;
    private final AuditFeed own;

    SdkAuditGateway(AuditSources others, AuditFeed own) {
        this.others = others;
        this.own = own;
    }

    /// Of the own log alone.
    SdkAuditGateway(AuditFeed own) {
        others = null;
        this.own = own;
    }

    @Override
    public Set<String> logs() {
        Set<String> logs = new TreeSet<>(
                Optional.ofNullable(others).map(AuditSources::logs).orElse(Set.of()));
        logs.add(own.name());
        return logs;
    }

    @Override
    public void follow(String log, SignedQuery query, Consumer<AuditPiece> sink) throws InterruptedException {
        if (log.equals(own.name())) {
            own.follow(query, new Through(sink));
        } else if (others != null) {
            others.follow(log, query, sink);
        } else {
            throw new PoyangException(
                    ConsoleErrors.NOT_FOUND, "no audit log " + log + " is followed from here", "one of " + logs());
        }
    }

    /// The reader is always ready: a slow one holds up the thread that hands pieces over.
    private record Through(Consumer<AuditPiece> sink) implements AuditFeed.Sink {
        @Override
        public boolean ready() {
            return true;
        }

        @Override
        public void take(AuditPiece piece) {
            sink.accept(piece);
        }
    }
}
