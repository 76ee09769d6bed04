package poyang.executor.host;

import com.google.protobuf.Parser;
import poyang.kernel.PoyangException;
import poyang.sdk.AccountKeys;
import poyang.sdk.SignedQueries;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.QueryPayload;
import poyang.wire.schema.SignedQuery;

/// Who asks an executor, by a query that was signed for the very call with a key that is good now.
record SignedAsker(AccountRecord account, QueryPayload payload) {
    /// @throws PoyangException as {@link SignedQueries#prove}, `ACCOUNT_BARRED` for a frozen account, and
    /// `EXECUTOR_BAD_REQUEST` for a query that was
    ///     signed for another call
    static SignedAsker of(SignedQuery query, SignedQueries queries, ChainFacts facts, String service, String method) {
        SignedQueries.Proven proven = queries.prove(query, facts::known);
        QueryPayload payload = proven.payload();
        AccountRecord account = facts.account(payload.getAccount()).orElseThrow();
        AccountKeys.needGood(account, proven.key(), facts.nextHeight());
        AccountKeys.needActing(account);
        if (!payload.getContract().equals(service) || !payload.getMethod().equals(method)) {
            throw new PoyangException(
                    HostErrors.BAD_REQUEST,
                    "the query was signed for another call",
                    "sign contract " + service + " and method " + method);
        }
        return new SignedAsker(account, payload);
    }

    String name() {
        return account.getId();
    }

    <T> T arguments(Parser<T> parser) {
        return SignedQueries.arguments(payload, parser);
    }
}
