package poyang.executor.host;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import poyang.crypto.Sm2PublicKey;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.sdk.ProvenValue;
import poyang.sdk.SdkErrors;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.Job;

/// What the chain says of jobs and accounts, by proofs: an executor acts on nothing else.
final class ChainFacts {
    private static final int TRIES = 50;
    private static final long PAUSE_MILLIS = 100;

    private final ChainAccount chain;
    private final Map<String, AccountRecord> accounts = new ConcurrentHashMap<>();

    ChainFacts(ChainAccount chain) {
        this.chain = chain;
    }

    /// A job as it is after the block at `height` or a later one.
    ///
    /// @throws PoyangException `NOT_FINAL` when the nodes asked are behind for too long
    Job job(String id, long height) throws InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            ProvenValue value = chain.state("poyang.v1.Jobs", "job/" + id, 0);
            if (value.height() >= height && value.value().isPresent()) {
                return parse(Job.parser(), value.value().get().toArray());
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        throw new PoyangException(
                SdkErrors.NOT_FINAL,
                "no node proves the job " + id + " at height " + height,
                "have the nodes looked at");
    }

    /// An account, which never changes once it is there.
    Optional<AccountRecord> account(String id) {
        AccountRecord known = accounts.get(id);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<AccountRecord> found = chain.state("poyang.v1.Accounts", "account/" + id, 0)
                .value()
                .map(value -> parse(AccountRecord.parser(), value.toArray()));
        found.ifPresent(record -> accounts.put(id, record));
        return found;
    }

    Optional<Sm2PublicKey> key(String account) {
        return account(account)
                .map(record -> Sm2PublicKey.decode(record.getPublicKey().toByteArray()));
    }

    /// The key of an account that the chain's own contracts have checked.
    Sm2PublicKey needKey(String account) {
        return key(account).orElseThrow(() -> new Bug("a job names the account " + account + ", which is not there"));
    }

    private static <T> T parse(Parser<T> parser, byte[] value) {
        try {
            return parser.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw new PoyangException(
                    SdkErrors.NOT_PROVEN, "an attested value is malformed", "one release of the schema is needed", e);
        }
    }
}
