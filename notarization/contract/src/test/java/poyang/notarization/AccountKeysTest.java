package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.AccountErrors;
import poyang.chain.contract.ContractRejection;
import poyang.chain.proofs.KeyAnnouncement;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.RandomSource;
import poyang.simulation.Property;
import poyang.wire.schema.AccountKey;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.KeyHistory;
import poyang.wire.schema.KeyWindow;
import poyang.wire.schema.RecoverKeyRequest;
import poyang.wire.schema.Role;
import poyang.wire.schema.RotateKeyRequest;

/// How an account's key is followed by another: which key is good at which height, who may change it,
/// and what an announcement must prove.
final class AccountKeysTest {
    private static final String OWNER = "a/owner";
    private final RandomSource random = new SeededRandom(new byte[32], "account-keys-test");

    private static void refused(ErrorCode code, Runnable call) {
        ContractRejection thrown = assertThrows(ContractRejection.class, call::run);
        assertEquals(code, thrown.code(), thrown.getMessage());
    }

    private static RotateKeyRequest rotation(String account, Sm2PrivateKey next, long from, long until) {
        Bytes key = next.publicKey().encoded();
        Bytes proof = new KeyAnnouncement(Chain.CHAIN_ID, account, key, from, until).signedBy(next);
        return RotateKeyRequest.newBuilder()
                .setPublicKey(ChainBytes.of(key))
                .setActivationHeight(from)
                .setOverlapEndHeight(until)
                .setPossession(ChainBytes.of(proof))
                .setReason("每年更换")
                .build();
    }

    private static RecoverKeyRequest recovery(String account, Sm2PrivateKey next, long from) {
        Bytes key = next.publicKey().encoded();
        Bytes proof = new KeyAnnouncement(Chain.CHAIN_ID, account, key, from, 0).signedBy(next);
        return RecoverKeyRequest.newBuilder()
                .setAccount(account)
                .setPublicKey(ChainBytes.of(key))
                .setActivationHeight(from)
                .setPossession(ChainBytes.of(proof))
                .setReason("密钥遗失")
                .build();
    }

    private Sm2PrivateKey fresh() {
        return Sm2PrivateKey.generate(random);
    }

    private static Set<Bytes> goodAt(Chain chain, String account, long height) {
        Set<Bytes> good = new TreeSet<>((x, y) -> x.hex().compareTo(y.hex()));
        chain.find(account).keysAt(height).forEach(window -> good.add(window.publicKey()));
        return good;
    }

    private static List<KeyWindow> history(Chain chain, String account) {
        try {
            return KeyHistory.parseFrom(chain.read(
                            OWNER,
                            "Accounts",
                            "Keys",
                            AccountKey.newBuilder().setId(account).build()))
                    .getKeysList();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void bothKeysAreGoodInTheOverlapAndOnlyTheNewOneAfterIt() throws Exception {
        Chain chain = Chain.peopled();
        Sm2PrivateKey next = fresh();
        long now = chain.height + 1;
        byte[] answer = chain.call(OWNER, "Accounts", "RotateKey", rotation(OWNER, next, now + 5, now + 9));
        AccountRecord kept = AccountRecord.parseFrom(answer);
        assertEquals(ChainBytes.of(next.publicKey().encoded()), kept.getPublicKey());
        assertEquals("accounts.changed", chain.events.getLast().topic());
        assertEquals(Bytes.wrap(answer), chain.events.getLast().payload());
        Bytes fresh = next.publicKey().encoded();
        for (long h = now; h < now + 20; h++) {
            assertEquals(h <= now + 9, goodAt(chain, OWNER, h).contains(Chain.KEY), "the old key at " + h);
            assertEquals(h >= now + 5, goodAt(chain, OWNER, h).contains(fresh), "the new key at " + h);
        }
        ContractRejection stopped =
                chain.find(OWNER).keys().getFirst().refusal(OWNER, now + 10).orElseThrow();
        assertEquals(AccountErrors.KEY_STOPPED, stopped.code());
        assertTrue(stopped.wrong().contains("since height " + (now + 10)), stopped.wrong());
        ContractRejection early =
                chain.find(OWNER).keys().getLast().refusal(OWNER, now + 4).orElseThrow();
        assertEquals(AccountErrors.KEY_NOT_YET_GOOD, early.code());
        assertTrue(early.wrong().contains("from height " + (now + 5)), early.wrong());
        assertEquals(2, history(chain, OWNER).size());
    }

    /// What the chain must be like, kept as the heights at which each key is good.
    private static final class Model {
        private static final int HORIZON = 600;
        final Map<Bytes, BitSet> good = new LinkedHashMap<>();

        Model(Bytes first) {
            add(first, 0);
        }

        void add(Bytes key, long from) {
            BitSet heights = new BitSet(HORIZON);
            heights.set((int) from, HORIZON);
            good.put(key, heights);
        }

        void stop(long last) {
            good.values().forEach(heights -> heights.clear((int) last + 1, HORIZON));
        }

        boolean settled(long now) {
            List<BitSet> ahead = good.values().stream()
                    .filter(heights -> heights.nextSetBit((int) now) >= 0)
                    .toList();
            return ahead.size() == 1 && ahead.getFirst().get((int) now);
        }

        Set<Bytes> at(long height) {
            Set<Bytes> found = new TreeSet<>((x, y) -> x.hex().compareTo(y.hex()));
            good.forEach((key, heights) -> {
                if (heights.get((int) height)) {
                    found.add(key);
                }
            });
            return found;
        }
    }

    @Test
    void randomChangesLeaveTheKeysThatTheModelHas() {
        Property.seeds(40).check(seed -> {
            SplittableRandom dice = new SplittableRandom(seed);
            RandomSource keys = new SeededRandom(new byte[32], "keys of seed " + seed);
            Chain chain = Chain.peopled();
            Model model = new Model(Chain.KEY);
            for (int step = 0; step < 12; step++) {
                chain.height += dice.nextInt(12);
                long now = chain.height + 1;
                Sm2PrivateKey next = Sm2PrivateKey.generate(keys);
                long from = now + dice.nextInt(-2, 10);
                if (dice.nextInt(4) > 0) {
                    long until = from + dice.nextInt(-2, 10);
                    boolean may = from > now && until >= from && model.settled(now);
                    assertEquals(may, done(chain, OWNER, "RotateKey", rotation(OWNER, next, from, until)));
                    if (may) {
                        model.stop(until);
                        model.add(next.publicKey().encoded(), from);
                    }
                } else {
                    assertTrue(done(chain, "a/administrator", "RecoverKey", recovery(OWNER, next, from)));
                    model.stop(now);
                    model.add(next.publicKey().encoded(), Math.max(from, now + 1));
                }
                for (long h = now; h < now + 40; h++) {
                    assertEquals(model.at(h), goodAt(chain, OWNER, h), "at height " + h);
                }
            }
            windowsAreTheModels(history(chain, OWNER), model);
        });
    }

    private static void windowsAreTheModels(List<KeyWindow> history, Model model) {
        assertEquals(model.good.size(), history.size());
        for (KeyWindow window : history) {
            BitSet heights = new BitSet(Model.HORIZON);
            int from = (int) window.getFromHeight();
            int until = window.getUntilHeight() == 0 ? Model.HORIZON - 1 : (int) window.getUntilHeight();
            if (until >= from) {
                heights.set(from, until + 1);
            }
            assertEquals(model.good.get(Bytes.wrap(window.getPublicKey().toByteArray())), heights);
        }
    }

    private static boolean done(Chain chain, String sender, String method, Message request) {
        try {
            byte[] _ = chain.call(sender, "Accounts", method, request);
            return true;
        } catch (ContractRejection e) {
            assertTrue(
                    Set.of(NotarizationErrors.BAD_WINDOW, NotarizationErrors.ROTATION_UNDER_WAY)
                            .contains(e.code()),
                    e.getMessage());
            return false;
        }
    }

    @Test
    void aKeyMustProveThatItAgrees() {
        Chain chain = Chain.peopled();
        Sm2PrivateKey next = fresh();
        long from = chain.height + 100;
        RotateKeyRequest right = rotation(OWNER, next, from, from + 9);
        byte[] proof = right.getPossession().toByteArray();
        for (int i = 0; i < proof.length; i++) {
            byte[] wrong = proof.clone();
            wrong[i] ^= (byte) (1 << i % 8);
            refusedProof(
                    chain,
                    right.toBuilder().setPossession(ByteString.copyFrom(wrong)).build());
        }
        refusedProof(chain, right.toBuilder().clearPossession().build());
        refusedProof(chain, right.toBuilder().setActivationHeight(from + 1).build());
        refusedProof(chain, right.toBuilder().setOverlapEndHeight(from + 8).build());
        refusedProof(
                chain,
                right.toBuilder()
                        .setPublicKey(ChainBytes.of(fresh().publicKey().encoded()))
                        .build());
        Bytes key = next.publicKey().encoded();
        for (KeyAnnouncement other : List.of(
                new KeyAnnouncement(Bytes.wrap(new byte[32]), OWNER, key, from, from + 9),
                new KeyAnnouncement(Chain.CHAIN_ID, "b/owner", key, from, from + 9))) {
            refusedProof(
                    chain,
                    right.toBuilder()
                            .setPossession(ChainBytes.of(other.signedBy(next)))
                            .build());
        }
        refused(
                NotarizationErrors.BAD_ARGUMENTS,
                () -> chain.call(
                        OWNER,
                        "Accounts",
                        "RotateKey",
                        right.toBuilder()
                                .setPublicKey(ByteString.copyFrom(new byte[65]))
                                .build()));
        byte[] _ = chain.call(OWNER, "Accounts", "RotateKey", right);
    }

    private static void refusedProof(Chain chain, RotateKeyRequest request) {
        refused(NotarizationErrors.POSSESSION_NOT_PROVEN, () -> chain.call(OWNER, "Accounts", "RotateKey", request));
    }

    @Test
    void noKeyComesBackAndNoTwoChangesRunAtOnce() {
        Chain chain = Chain.peopled();
        Sm2PrivateKey second = fresh();
        long from = chain.height + 10;
        byte[] _ = chain.call(OWNER, "Accounts", "RotateKey", rotation(OWNER, second, from, from + 10));
        refused(
                NotarizationErrors.ROTATION_UNDER_WAY,
                () -> chain.call(OWNER, "Accounts", "RotateKey", rotation(OWNER, fresh(), from + 30, from + 40)));
        chain.height = from + 9;
        refused(
                NotarizationErrors.ROTATION_UNDER_WAY,
                () -> chain.call(OWNER, "Accounts", "RotateKey", rotation(OWNER, fresh(), from + 30, from + 40)));
        chain.height = from + 10;
        refused(
                NotarizationErrors.KEY_USED_BEFORE,
                () -> chain.call(OWNER, "Accounts", "RotateKey", rotation(OWNER, second, from + 30, from + 40)));
        for (int i = 0; i < 5; i++) {
            byte[] _ = chain.call("a/administrator", "Accounts", "RecoverKey", recovery(OWNER, fresh(), chain.height));
        }
        refused(
                NotarizationErrors.KEY_USED_BEFORE,
                () -> chain.call("a/administrator", "Accounts", "RecoverKey", recovery(OWNER, second, from)));
        assertEquals(7, history(chain, OWNER).size());
        assertEquals(4, chain.find(OWNER).keys().size());
        refused(
                NotarizationErrors.BAD_WINDOW,
                () -> chain.call(
                        OWNER,
                        "Accounts",
                        "RotateKey",
                        rotation(OWNER, fresh(), chain.height + AccountKeys.FURTHEST + 2, chain.height)));
    }

    @Test
    void onlyOthersAboveAnAccountRecoverItsKey() {
        Map<String, Set<String>> allowed = new TreeMap<>(Map.of(
                OWNER,
                Set.of("a/administrator", "supervision/supervisor", "b/supervisor"),
                "a/administrator",
                Set.of("supervision/supervisor", "b/supervisor"),
                "a/console",
                Set.of("supervision/supervisor", "b/supervisor"),
                "supervision/supervisor",
                Set.of("b/supervisor")));
        List<String> senders = List.of(
                OWNER, "a/administrator", "b/administrator", "a/console", "b/supervisor", "supervision/supervisor");
        allowed.forEach((account, may) -> {
            for (String sender : senders) {
                Chain chain = Chain.peopled();
                RecoverKeyRequest request = recovery(account, fresh(), 0);
                if (may.contains(sender)) {
                    byte[] _ = chain.call(sender, "Accounts", "RecoverKey", request);
                    assertEquals(
                            List.of(ChainBytes.hex(request.getPublicKey())),
                            goodAt(chain, account, chain.height + 1).stream()
                                    .map(Bytes::hex)
                                    .toList());
                    KeyWindow last = history(chain, account).getLast();
                    assertEquals("密钥遗失", last.getReason());
                    assertEquals(sender, last.getAccount());
                    assertEquals(chain.height, last.getAnnouncedHeight());
                } else {
                    refused(
                            NotarizationErrors.NOT_ALLOWED,
                            () -> chain.call(sender, "Accounts", "RecoverKey", request));
                }
            }
        });
        Chain chain = Chain.peopled();
        refused(
                NotarizationErrors.BAD_ARGUMENTS,
                () -> chain.call(
                        "a/administrator",
                        "Accounts",
                        "RecoverKey",
                        recovery(OWNER, fresh(), 0).toBuilder().clearReason().build()));
        refused(
                NotarizationErrors.NOT_FOUND,
                () -> chain.call("a/administrator", "Accounts", "RecoverKey", recovery("a/nobody", fresh(), 0)));
    }

    @Test
    void accountsThatNeverRotatedKeepTheirBytesAndNobodyRegistersWindows() {
        Chain chain = Chain.peopled();
        AccountRecord made = Chain.account("a", "second-owner", Role.OWNER);
        byte[] _ = chain.call("a/administrator", "Accounts", "Register", made);
        assertEquals(
                Bytes.wrap(made.toByteArray()),
                Objects.requireNonNull(chain.state.get("poyang.v1.Accounts\0account/a/second-owner")));
        AccountRecord windows = Chain.account("a", "x", Role.OWNER).toBuilder()
                .addKeys(KeyWindow.newBuilder().setPublicKey(made.getPublicKey()))
                .build();
        refused(NotarizationErrors.BAD_ARGUMENTS, () -> chain.call("a/administrator", "Accounts", "Register", windows));
    }
}
