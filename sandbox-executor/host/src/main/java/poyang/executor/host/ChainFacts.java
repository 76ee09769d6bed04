package poyang.executor.host;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.AccountKeys;
import poyang.sdk.ChainForms;
import poyang.sdk.Facts;
import poyang.sdk.ProvenValue;
import poyang.sdk.SdkErrors;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.Job;
import poyang.wire.schema.ProofKey;

/// What the chain says of jobs and accounts, by proofs: an executor acts on nothing else.
final class ChainFacts implements Facts {
    private static final int TRIES = 50;
    private static final long PAUSE_MILLIS = 100;

    private final States chain;
    private final AtomicLong known = new AtomicLong();
    private final Map<String, AccountRecord> accounts = new ConcurrentHashMap<>();

    /// Reads the state, proven; see {@link poyang.sdk.ChainAccount#state}.
    interface States {
        ProvenValue state(String contract, String key, long height);
    }

    ChainFacts(States chain) {
        this.chain = chain;
    }

    /// A job as it is after the block at `height` or a later one.
    ///
    /// @throws PoyangException `NOT_FINAL` when the nodes asked are behind for too long
    Job job(String id, long height) throws InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            ProvenValue value = chain.state("poyang.v1.Jobs", "job/" + id, 0);
            if (value.height() >= height && value.value().isPresent()) {
                return ChainForms.attested(Job.parser(), value.value().get());
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        throw new PoyangException(
                SdkErrors.NOT_FINAL,
                "no node proves the job " + id + " at height " + height,
                "have the nodes looked at");
    }

    /// A published verification key, which never changes but for being withdrawn.
    ProofKey proofKey(String id, int version) {
        return chain.state("poyang.v1.ZeroKnowledge", String.format(Locale.ROOT, "key/%s/%08d", id, version), 0)
                .value()
                .map(value -> ChainForms.attested(ProofKey.parser(), value))
                .orElseThrow(() -> new Bug("a job names the verification key " + id + ", which is not there"));
    }

    /// The block at `height` is final.
    void reached(long height) {
        known.accumulateAndGet(height, Math::max);
    }

    /// The chain announced that the account has another key or certificate.
    void changed(String account) {
        accounts.remove(account);
    }

    /// What is signed now stands at this height or later.
    @Override
    public long nextHeight() {
        return known.get() + 1;
    }

    /// An account, as the chain announced it last.
    @Override
    public Optional<AccountRecord> account(String id) {
        AccountRecord known = accounts.get(id);
        if (known != null) {
            return Optional.of(known);
        }
        ProvenValue proven = chain.state("poyang.v1.Accounts", "account/" + id, 0);
        reached(proven.height());
        Optional<AccountRecord> found = proven.value().map(value -> ChainForms.attested(AccountRecord.parser(), value));
        found.ifPresent(record -> accounts.put(id, record));
        return found;
    }

    @Override
    public Optional<Bytes> value(String contract, String key) {
        ProvenValue proven = chain.state(contract, key, 0);
        reached(proven.height());
        return proven.value();
    }

    /// The keys with which an account may sign now.
    List<VerificationKey> keys(String account) {
        return account(account)
                .map(record -> AccountKeys.goodAt(record, nextHeight()))
                .orElse(List.of());
    }

    /// The newest key of an account that the chain's own contracts have checked: what is for the account is
    /// sealed to it.
    VerificationKey needKey(String account) {
        return known(account).stream()
                .findFirst()
                .orElseThrow(() -> new Bug("a job names the account " + account + ", which is not there"));
    }
}
