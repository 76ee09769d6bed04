package poyang.notarization;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.chain.proofs.KeyAnnouncement;
import poyang.crypto.CryptoSuite;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.KeyWindow;
import poyang.wire.schema.RecoverKeyRequest;
import poyang.wire.schema.RotateKeyRequest;

/// How an account's key is followed by another. State beside the account's record, from the first
/// change on: `key/ORGANISATION/NAME/HEIGHT` → KeyWindow, HEIGHT being that of the announcement in 16
/// hexadecimal digits.
///
/// At most two keys of an account are good at a height, and only between activation and end of an
/// overlap; while a change is under way none can be announced, so what announces a key was signed by
/// the only key there is.
final class AccountKeys {
    /// An announcement that lies too far ahead could not be mended in time.
    static final long FURTHEST = 100_000;
    private static final int RETAINED = 4;

    private AccountKeys() {}

    /// The windows of the latest keys, oldest first.
    static List<KeyWindow> windows(AccountRecord record) {
        return record.getKeysCount() > 0
                ? record.getKeysList()
                : List.of(KeyWindow.newBuilder()
                        .setPublicKey(record.getPublicKey())
                        .build());
    }

    static AccountRecord rotate(RotateKeyRequest asked, CallContext context, ContractState state) {
        String id = context.sender().id();
        AccountRecord record = AccountsContract.need(state, id);
        List<KeyWindow> windows = windows(record);
        long now = context.height();
        long from = asked.getActivationHeight();
        long until = asked.getOverlapEndHeight();
        Rules.prose("reason", asked.getReason(), 0, 500);
        Rules.need(
                from > now && from <= now + FURTHEST,
                NotarizationErrors.BAD_WINDOW,
                "the new key is to be good from height " + from + " on, and this is block " + now,
                "a height from " + (now + 1) + " to " + (now + FURTHEST) + " is needed");
        Rules.need(
                until >= from && until <= from + FURTHEST,
                NotarizationErrors.BAD_WINDOW,
                "the overlap is to end at height " + until,
                "a height from " + from + " to " + (from + FURTHEST) + " is needed");
        settled(windows, now, id);
        announce(
                asked.getPublicKey(),
                new Announcement(id, from, until),
                asked.getPossession(),
                context,
                state,
                windows);
        List<KeyWindow> next = new ArrayList<>(windows);
        next.set(
                next.size() - 1,
                next.getLast().toBuilder().setUntilHeight(until).build());
        next.add(window(asked.getPublicKey(), from, asked.getReason(), context));
        return keep(record, next, context, state);
    }

    static AccountRecord recover(RecoverKeyRequest asked, CallContext context, ContractState state) {
        AccountRecord record = AccountsContract.need(state, asked.getAccount());
        AccountsContract.allowedOver(record, context.sender());
        List<KeyWindow> windows = windows(record);
        long now = context.height();
        Rules.prose("reason", asked.getReason(), 1, 500);
        Rules.need(
                asked.getActivationHeight() >= 0 && asked.getActivationHeight() <= now + FURTHEST,
                NotarizationErrors.BAD_WINDOW,
                "the new key is to be good from height " + asked.getActivationHeight() + " on",
                "a height up to " + (now + FURTHEST) + " is needed");
        Rules.need(
                windows.getLast().getAnnouncedHeight() < now,
                NotarizationErrors.ROTATION_UNDER_WAY,
                "another key of " + record.getId() + " was announced in this block",
                "send it again for a later block");
        Announcement made = new Announcement(record.getId(), asked.getActivationHeight(), 0);
        announce(asked.getPublicKey(), made, asked.getPossession(), context, state, windows);
        List<KeyWindow> next = new ArrayList<>();
        windows.forEach(window -> next.add(stopped(window, now)));
        next.add(window(
                asked.getPublicKey(), Math.max(asked.getActivationHeight(), now + 1), asked.getReason(), context));
        return keep(record, next, context, state);
    }

    /// Everything that the account's keys ever were, oldest first.
    static List<KeyWindow> history(AccountRecord record, ReadableState state) {
        List<KeyWindow> kept = ServiceContract.all(state, "key/" + record.getId() + "/", KeyWindow.parser());
        return kept.isEmpty() ? windows(record) : kept;
    }

    private static KeyWindow stopped(KeyWindow window, long now) {
        long until = window.getUntilHeight();
        return window.toBuilder()
                .setUntilHeight(until == 0 ? now : Math.min(until, now))
                .build();
    }

    private static KeyWindow window(ByteString key, long from, String reason, CallContext context) {
        return KeyWindow.newBuilder()
                .setPublicKey(key)
                .setFromHeight(from)
                .setAccount(context.sender().id())
                .setReason(reason)
                .setAnnouncedHeight(context.height())
                .build();
    }

    private static void settled(List<KeyWindow> windows, long now, String account) {
        KeyWindow newest = windows.getLast();
        long busy = newest.getFromHeight() > now ? newest.getFromHeight() : 0;
        for (KeyWindow earlier : windows.subList(0, windows.size() - 1)) {
            busy = Math.max(busy, earlier.getUntilHeight() >= now ? earlier.getUntilHeight() : 0);
        }
        Rules.need(
                busy == 0,
                NotarizationErrors.ROTATION_UNDER_WAY,
                "a change of the key of " + account + " is under way until height " + busy,
                "announce the next key after that; an administrator recovers an account whose key is exposed");
    }

    private record Announcement(String account, long from, long until) {}

    private static void announce(
            ByteString key,
            Announcement made,
            ByteString possession,
            CallContext context,
            ContractState state,
            List<KeyWindow> windows) {
        publicKey(context.suite(), key);
        boolean used = windows.stream().anyMatch(window -> window.getPublicKey().equals(key))
                || ServiceContract.all(state, "key/" + made.account() + "/", KeyWindow.parser()).stream()
                        .anyMatch(window -> window.getPublicKey().equals(key));
        Rules.need(
                !used,
                NotarizationErrors.KEY_USED_BEFORE,
                "this key was a key of " + made.account() + " before",
                "a freshly made key is needed");
        KeyAnnouncement announcement = new KeyAnnouncement(
                context.chainId(), made.account(), Bytes.wrap(key.toByteArray()), made.from(), made.until());
        Rules.need(
                announcement.provenBy(Bytes.wrap(possession.toByteArray())),
                NotarizationErrors.POSSESSION_NOT_PROVEN,
                "the new key did not sign this announcement",
                "64 bytes signed by the new key over chain, account, key and heights are needed");
    }

    private static AccountRecord keep(
            AccountRecord record, List<KeyWindow> windows, CallContext context, ContractState state) {
        for (KeyWindow window : windows) {
            String key =
                    "key/" + record.getId() + "/" + String.format(Locale.ROOT, "%016x", window.getAnnouncedHeight());
            state.put(key, window.toByteArray());
        }
        AccountRecord kept = record.toBuilder()
                .setPublicKey(windows.getLast().getPublicKey())
                .clearKeys()
                .addAllKeys(windows.subList(Math.max(0, windows.size() - RETAINED), windows.size()))
                .build();
        return changed(kept, context, state);
    }

    /// Stores an account's record and tells everybody.
    static AccountRecord changed(AccountRecord record, CallContext context, ContractState state) {
        state.put("account/" + record.getId(), record.toByteArray());
        context.emit(
                new ContractEvent("accounts.changed", record.getId(), Bytes.wrap(record.toByteArray()), List.of()));
        return record;
    }

    /// The key must be whole, in its one encoding, and of the chain's suite.
    static void publicKey(CryptoSuite suite, ByteString encoded) {
        try {
            VerificationKey key = suite.publicKey(encoded.toByteArray());
            Rules.arguments(
                    key.encoded().equals(Bytes.wrap(encoded.toByteArray())),
                    "the public key is not in its one encoding",
                    "65 bytes uncompressed (SM2) or 33 bytes compressed (P-256) are needed");
        } catch (PoyangException e) {
            throw Rules.rejection(NotarizationErrors.BAD_ARGUMENTS, e.wrong(), e.right());
        }
    }

    static poyang.chain.contract.KeyWindow window(KeyWindow window) {
        return new poyang.chain.contract.KeyWindow(
                Bytes.wrap(window.getPublicKey().toByteArray()),
                window.getFromHeight(),
                window.getUntilHeight() == 0 ? poyang.chain.contract.KeyWindow.NO_END : window.getUntilHeight());
    }

    static List<poyang.chain.contract.KeyWindow> of(AccountRecord record) {
        return windows(record).stream().map(AccountKeys::window).toList();
    }
}
