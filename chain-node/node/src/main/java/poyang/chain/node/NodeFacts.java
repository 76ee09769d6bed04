package poyang.chain.node;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;
import poyang.chain.ledger.Ledger;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.sdk.Facts;
import poyang.wire.schema.AccountRecord;

/// What this node's own final blocks say.
record NodeFacts(Ledger ledger, Contracts contracts, Finality finality) implements Facts {
    @Override
    public Optional<AccountRecord> account(String id) {
        return value("poyang.v1.Accounts", "account/" + id).map(value -> {
            try {
                return AccountRecord.parseFrom(value.toArray());
            } catch (InvalidProtocolBufferException e) {
                throw new Bug("the state holds an account that is none", e);
            }
        });
    }

    @Override
    public Optional<Bytes> value(String contract, String key) {
        return ledger.at(finality.height()).get(contract, key);
    }

    @Override
    public long nextHeight() {
        return finality.height() + 1;
    }

    @Override
    public void needUnbarred(String account) {
        long height = finality.height();
        contracts.barred(account, height + 1, ledger.at(height)).ifPresent(why -> {
            throw Signers.exception(why);
        });
    }
}
