package poyang.sdk;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import poyang.crypto.Signature;
import poyang.crypto.SigningKey;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.wire.schema.QueryPayload;
import poyang.wire.schema.SignedQuery;

/// Builds reads signed by an account, and checks those of others: version, chain, clock within 60 s,
/// signature, and that (account, nonce) was not here before.
///
/// A nonce is remembered only after the signature held, so strangers cannot fill the memory; it is
/// forgotten when its query would be stale anyway. Safe for use by several threads.
public final class SignedQueries {
    private static final long WINDOW_MILLIS = 60_000;
    private static final int NONCE_BYTES = 16;
    private static final int REMEMBERED = 100_000;

    private final Bytes chainId;
    private final InstantSource clock;
    private final LinkedHashMap<String, Long> seen = new LinkedHashMap<>();

    /// @param chainId SM3 of the genesis
    public SignedQueries(Bytes chainId, InstantSource clock) {
        this.chainId = chainId;
        this.clock = clock;
    }

    /// A read of `contract.method` by `account`, issued now, at the latest finalised block.
    public SignedQuery sign(
            String account, SigningKey key, String contract, String method, Bytes arguments, RandomSource random) {
        byte[] payload = QueryPayload.newBuilder()
                .setVersion(1)
                .setChainId(ByteString.copyFrom(chainId.toArray()))
                .setNonce(ByteString.copyFrom(random.bytes(NONCE_BYTES)))
                .setIssuedAtMillis(clock.millis())
                .setAccount(account)
                .setContract(contract)
                .setMethod(method)
                .setArguments(ByteString.copyFrom(arguments.toArray()))
                .build()
                .toByteArray();
        Signature signature = key.sign(payload);
        return SignedQuery.newBuilder()
                .setPayload(ByteString.copyFrom(payload))
                .setSignature(ByteString.copyFrom(signature.rs().toArray()))
                .setParity(signature.parity())
                .build();
    }

    /// The payload of a query that holds; it is accepted once.
    ///
    /// @param keys the key of an account, if there is such an account
    /// @throws PoyangException as {@link #prove}
    public QueryPayload verify(SignedQuery query, Function<String, Optional<VerificationKey>> keys) {
        return prove(query, account -> keys.apply(account).stream().toList()).payload();
    }

    /// A query that holds.
    ///
    /// @param key the one of the account's keys that signed it
    public record Proven(QueryPayload payload, VerificationKey key) {}

    /// The same where an account may have several keys; whether the one that signed is good now is for the
    /// caller to say.
    ///
    /// @param keys the keys of an account, the likeliest first; none when there is no such account
    /// @throws PoyangException `BAD_QUERY`, `OTHER_CHAIN`, `STALE_QUERY`, `QUERY_NOT_PROVEN` (which never
    ///     tells an unknown account from a wrong signature), `REPLAYED_QUERY` or `BUSY`
    public Proven prove(SignedQuery query, Function<String, List<VerificationKey>> keys) {
        QueryPayload payload = decode(query);
        long now = clock.millis();
        long issued = payload.getIssuedAtMillis();
        if (issued < now - WINDOW_MILLIS || issued > now + WINDOW_MILLIS) {
            throw new PoyangException(
                    SdkErrors.STALE_QUERY,
                    "the query was issued at " + issued + ", here it is " + now,
                    "clocks within 60 seconds of each other are needed");
        }
        VerificationKey key = keys.apply(payload.getAccount()).stream()
                .filter(candidate -> signed(candidate, query))
                .findFirst()
                .orElseThrow(SignedQueries::notProven);
        remember(payload, now);
        return new Proven(payload, key);
    }

    /// The message that a query's arguments hold.
    ///
    /// @throws PoyangException `BAD_QUERY`
    public static <T> T arguments(QueryPayload payload, Parser<T> parser) {
        try {
            return parser.parseFrom(payload.getArguments());
        } catch (InvalidProtocolBufferException e) {
            throw bad(
                    "the arguments of " + payload.getMethod() + " are malformed",
                    "encode the message that the schema names",
                    e);
        }
    }

    private QueryPayload decode(SignedQuery query) {
        QueryPayload payload;
        try {
            payload = QueryPayload.parseFrom(query.getPayload());
        } catch (InvalidProtocolBufferException e) {
            throw bad("the payload is not an encoded QueryPayload", "encode it as the schema says", e);
        }
        if (payload.getVersion() != 1 || payload.getNonce().size() != NONCE_BYTES) {
            throw bad(
                    "version " + payload.getVersion() + " with a nonce of "
                            + payload.getNonce().size() + " bytes",
                    "version 1 with a nonce of 16 bytes is needed",
                    null);
        }
        if (!Bytes.wrap(payload.getChainId().toByteArray()).equals(chainId)) {
            throw new PoyangException(
                    SdkErrors.OTHER_CHAIN, "the query is for another chain", "this chain is " + chainId);
        }
        return payload;
    }

    private static PoyangException notProven() {
        return new PoyangException(
                SdkErrors.QUERY_NOT_PROVEN,
                "the query is not signed by a known account's key",
                "sign it with the key registered for the account");
    }

    private static PoyangException bad(String wrong, String right, @Nullable Throwable cause) {
        return new PoyangException(SdkErrors.BAD_QUERY, wrong, right, cause);
    }

    /// Parity may be left 0 in a query, so either parity will do.
    private static boolean signed(VerificationKey key, SignedQuery query) {
        if (query.getSignature().size() != Signature.ENCODED_BYTES - 1) {
            return false;
        }
        Bytes rs = Bytes.wrap(query.getSignature().toByteArray());
        byte[] message = query.getPayload().toByteArray();
        for (int parity = 0; parity <= 1; parity++) {
            if (key.verify(message, new Signature(rs, parity))) {
                return true;
            }
        }
        return false;
    }

    private synchronized void remember(QueryPayload payload, long now) {
        seen.values().removeIf(until -> until < now);
        String name = payload.getAccount() + " "
                + Bytes.wrap(payload.getNonce().toByteArray()).hex();
        if (seen.containsKey(name)) {
            throw new PoyangException(
                    SdkErrors.REPLAYED_QUERY, "this query was answered before", "a fresh nonce is needed");
        }
        if (seen.size() >= REMEMBERED) {
            throw new PoyangException(
                    SdkErrors.BUSY, "more than " + REMEMBERED + " queries within two minutes", "ask again later");
        }
        seen.put(name, payload.getIssuedAtMillis() + WINDOW_MILLIS);
    }
}
