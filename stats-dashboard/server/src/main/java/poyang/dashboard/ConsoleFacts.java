package poyang.dashboard;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import poyang.dashboard.ChainIndex.Kind;
import poyang.kernel.Bytes;
import poyang.sdk.ChainAccount;
import poyang.sdk.Facts;
import poyang.wire.schema.AccountRecord;

/// What the console knows of the chain: accounts from its index of verified blocks, the rest by proven reads.
final class ConsoleFacts implements Facts {
    private final ChainAccount chain;
    private final AtomicReference<@Nullable ChainIndex> index = new AtomicReference<>();

    ConsoleFacts(ChainAccount chain) {
        this.chain = chain;
    }

    /// Nobody has an account before the index is there.
    void follow(ChainIndex verified) {
        index.set(verified);
    }

    @Override
    public Optional<AccountRecord> account(String id) {
        ChainIndex now = index.get();
        return now == null ? Optional.empty() : now.find(Kind.ACCOUNT, id, AccountRecord.parser());
    }

    @Override
    public Optional<Bytes> value(String contract, String key) {
        return chain.state(contract, key, 0).value();
    }

    @Override
    public long nextHeight() {
        ChainIndex now = index.get();
        return now == null ? 1 : now.height() + 1;
    }
}
