package poyang.dashboard;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import poyang.crypto.Signature;
import poyang.dashboard.ChainIndex.Kind;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.AccountKeys;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.Role;

/// Who is logged in. A login is a signature over chain, account, a challenge that holds once and for
/// 60 seconds, and the console's address, so that another site cannot pass it on. Every refusal reads
/// the same, whether account, signature or challenge was wrong.
final class Logins {
    static final String DOMAIN = "poyang.login.v1";
    private static final long CHALLENGE_MILLIS = 60_000;
    private static final long FAILURE_WINDOW_MILLIS = 300_000;
    private static final int FAILURES_PER_ACCOUNT = 5;
    private static final int FAILURES_PER_ADDRESS = 20;
    private static final int MAX_CHALLENGES = 1000;
    private static final long LONGEST_MILLIS = 12 * 3_600_000L;

    private final ChainIndex index;
    private final Bytes chainId;
    private final RandomSource random;
    private final Clock clock;
    private final long idleMillis;
    private final Map<Bytes, Long> challenges = new LinkedHashMap<>();
    private final Map<String, Session> sessions = new HashMap<>();
    private final Map<String, Deque<Long>> failures = new LinkedHashMap<>();

    Logins(ChainIndex index, Bytes chainId, RandomSource random, Clock clock, int idleMinutes) {
        this.index = index;
        this.chainId = chainId;
        this.random = random;
        this.clock = clock;
        idleMillis = idleMinutes * 60_000L;
    }

    /// @param token the cookie's value
    /// @param csrf what every writing request repeats in a header
    record Session(String token, String csrf, String account, long startedMillis, long usedMillis) {
        @Override
        public String toString() {
            return "Session[" + account + "]";
        }
    }

    /// What the browser sends to log in.
    record Attempt(String account, Bytes challenge, Signature signature) {}

    synchronized Bytes challenge() {
        long now = clock.millis();
        challenges.values().removeIf(expiry -> expiry <= now);
        if (challenges.size() >= MAX_CHALLENGES) {
            challenges.remove(challenges.keySet().iterator().next());
        }
        Bytes made = Bytes.wrap(random.bytes(32));
        challenges.put(made, now + CHALLENGE_MILLIS);
        return made;
    }

    /// The bytes that the browser signs.
    static byte[] message(Bytes chainId, String account, Bytes challenge, String origin) {
        return new CanonicalWriter(DOMAIN)
                .bytes(chainId)
                .text(account)
                .bytes(challenge)
                .text(origin)
                .toArray();
    }

    /// @throws PoyangException `LOGIN_REFUSED` or `TOO_MANY_FAILURES`
    synchronized Session login(Attempt attempt, String origin, String address) {
        long now = clock.millis();
        String pair = address + " " + attempt.account();
        if (recent(pair, now) >= FAILURES_PER_ACCOUNT || recent(address, now) >= FAILURES_PER_ADDRESS) {
            throw new PoyangException(
                    ConsoleErrors.TOO_MANY_FAILURES,
                    "too many logins failed in the last five minutes",
                    "wait five minutes and try again");
        }
        Long expiry = challenges.remove(attempt.challenge());
        Optional<AccountRecord> account = index.find(Kind.ACCOUNT, attempt.account(), AccountRecord.parser());
        boolean valid = expiry != null
                && expiry > now
                && account.isPresent()
                && isPerson(account.get())
                && signed(account.get(), attempt, origin);
        if (!valid) {
            fail(pair, now);
            fail(address, now);
            throw new PoyangException(
                    ConsoleErrors.LOGIN_REFUSED,
                    "this login is not accepted",
                    "an account of this chain, its own key file and a challenge younger than a minute are needed");
        }
        String token = Bytes.wrap(random.bytes(32)).hex();
        Session session = new Session(token, Bytes.wrap(random.bytes(32)).hex(), attempt.account(), now, now);
        sessions.values().removeIf(old -> expired(old, now));
        sessions.put(token, session);
        return session;
    }

    /// By a key that would be good in the next block.
    private boolean signed(AccountRecord account, Attempt attempt, String origin) {
        byte[] message = message(chainId, attempt.account(), attempt.challenge(), origin);
        return AccountKeys.goodAt(account, index.height() + 1).stream()
                .anyMatch(key -> key.verify(message, attempt.signature()));
    }

    synchronized Optional<Session> session(@Nullable String token) {
        Session found = token == null ? null : sessions.get(token);
        if (found == null) {
            return Optional.empty();
        }
        long now = clock.millis();
        if (expired(found, now)) {
            sessions.remove(found.token());
            return Optional.empty();
        }
        Session used = new Session(found.token(), found.csrf(), found.account(), found.startedMillis(), now);
        sessions.put(found.token(), used);
        return Optional.of(used);
    }

    /// Unlike {@link #session} this is no use of the session: open pages do not keep it alive.
    synchronized boolean isOpen(String token) {
        Session found = sessions.get(token);
        return found != null && !expired(found, clock.millis());
    }

    synchronized void logout(String token) {
        sessions.remove(token);
    }

    private boolean expired(Session session, long now) {
        return now - session.usedMillis() >= idleMillis || now - session.startedMillis() >= LONGEST_MILLIS;
    }

    private static boolean isPerson(AccountRecord account) {
        return account.getRolesList().stream()
                .anyMatch(role -> role == Role.OWNER
                        || role == Role.ANALYST
                        || role == Role.SUPERVISOR
                        || role == Role.ADMINISTRATOR);
    }

    private int recent(String who, long now) {
        Deque<Long> times = failures.get(who);
        if (times == null) {
            return 0;
        }
        while (!times.isEmpty() && now - times.getFirst() >= FAILURE_WINDOW_MILLIS) {
            times.removeFirst();
        }
        return times.size();
    }

    private void fail(String who, long now) {
        if (failures.size() > 10_000) {
            failures.remove(failures.keySet().iterator().next());
        }
        failures.computeIfAbsent(who, _ -> new ArrayDeque<>()).addLast(now);
    }
}
