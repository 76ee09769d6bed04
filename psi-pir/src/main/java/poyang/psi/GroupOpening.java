package poyang.psi;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import poyang.crypto.Sm3;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// How a run of several parties begins: each tells all others what it runs and with how many keys, and all toss a
/// coin together, as {@link Opening} does for two. Then each two compare what they saw of all others, and
/// the first of each two (the leader first, then by name) gives the other a fresh key.
///
/// @param seed SM3 over what all said and tossed, the same for all
/// @param keys how many keys each party has, in the order of the parties
/// @param pairKeys by party, the key that this one shares with it
@SuppressWarnings("ArrayRecordComponent") // handed over once, inside the package
record GroupOpening(byte[] seed, List<Long> keys, Map<PartyId, byte[]> pairKeys) {
    static final int SHARE_BYTES = 32;
    static final int PAIR_KEY_BYTES = 24;
    static final int VIEW_BYTES = Sm3.DIGEST_BYTES;

    private static final String DOMAIN = "poyang.psi.group.header.v1";
    static final int HEADER_BYTES = 4 + DOMAIN.length() + 4 + 4 + 4 + Sm3.DIGEST_BYTES + 8 + 4 + Sm3.DIGEST_BYTES;
    private static final byte[] VIEW_DOMAIN = "psi.group.view".getBytes(StandardCharsets.US_ASCII);
    private static final int LARGEST_SET = 100_000_000;

    GroupOpening {
        keys = List.copyOf(keys);
    }

    /// What a run is for; all parties must mean the same.
    ///
    /// @param id of the protocol
    /// @param variant of it; empty where it has none
    record Purpose(int id, int version, String variant) {}

    /// @param runs with each other party, in the order of the parties
    static GroupOpening exchange(Purpose purpose, GroupSession session, Map<PartyId, Run> runs, long ownKeys) {
        List<PartyId> parties = session.parties();
        PartyId self = session.network().self();
        byte[] share = session.random().fork("coin").bytes(SHARE_BYTES);
        byte[] header = header(purpose, parties, ownKeys, Sm3.digest(share));
        Map<PartyId, byte[]> headers = toAll(runs, self, header, "the header");
        Map<PartyId, byte[]> shares = toAll(runs, self, share, "the opening");
        List<Long> keys = new ArrayList<>();
        Sm3 seen = new Sm3();
        for (PartyId party : parties) {
            byte[] said = headers.getOrDefault(party, header);
            byte[] tossed = shares.getOrDefault(party, share);
            Run run = runs.get(party);
            keys.add(run == null ? ownKeys : keys(run, purpose, parties, said, tossed));
            seen.update(said).update(tossed);
        }
        byte[] seed = seen.digest();
        return new GroupOpening(seed, keys, pairKeys(session, runs, seed));
    }

    private static byte[] header(Purpose purpose, List<PartyId> parties, long keys, byte[] commitment) {
        CanonicalWriter all = new CanonicalWriter(DOMAIN).list(parties, (out, party) -> out.text(party.name()));
        byte[] names = (purpose.variant().isEmpty() ? all : all.text(purpose.variant())).toArray();
        return new CanonicalWriter(DOMAIN)
                .u32(purpose.id())
                .u32(purpose.version())
                .bytes(Sm3.digest(names))
                .u64(keys)
                .bytes(commitment)
                .toArray();
    }

    /// Sends a frame to each other party and gives theirs, and the own.
    private static Map<PartyId, byte[]> toAll(Map<PartyId, Run> runs, PartyId self, byte[] own, String what) {
        runs.values().forEach(run -> run.send(own.clone()));
        Map<PartyId, byte[]> all = new LinkedHashMap<>();
        all.put(self, own);
        runs.forEach((party, run) -> all.put(party, run.frame(what, own.length)));
        return all;
    }

    /// How many keys a party says that it has, when it runs this protocol with these parties and opens what it
    /// committed to.
    private static long keys(Run run, Purpose purpose, List<PartyId> parties, byte[] said, byte[] tossed) {
        long keys;
        try {
            CanonicalReader in = new CanonicalReader(DOMAIN, said);
            in.u32();
            in.u32();
            in.exactly(Sm3.DIGEST_BYTES);
            keys = in.u64();
        } catch (PoyangException e) {
            if (e.code().equals(KernelErrors.BAD_ENCODING)) {
                throw run.misbehaved("its header is malformed");
            }
            throw e;
        }
        if (keys < 0
                || keys > LARGEST_SET
                || !Arrays.equals(said, header(purpose, parties, keys, Sm3.digest(tossed)))) {
            throw run.misbehaved(
                    "its header names another protocol, version, group or an impossible count, or it opened"
                            + " another commitment than it had made");
        }
        return keys;
    }

    private static Map<PartyId, byte[]> pairKeys(GroupSession session, Map<PartyId, Run> runs, byte[] seed) {
        List<PartyId> parties = session.parties();
        int self = parties.indexOf(session.network().self());
        byte[] view = Sm3.digest(VIEW_DOMAIN, seed);
        Map<PartyId, byte[]> keys = new LinkedHashMap<>();
        runs.forEach((party, run) -> {
            byte[] frame = view;
            if (self < parties.indexOf(party)) {
                byte[] key = session.random().fork("key with " + party).bytes(PAIR_KEY_BYTES);
                keys.put(party, key);
                frame = Arrays.copyOf(view, VIEW_BYTES + PAIR_KEY_BYTES);
                System.arraycopy(key, 0, frame, VIEW_BYTES, PAIR_KEY_BYTES);
            }
            run.send(frame.clone());
        });
        runs.forEach((party, run) -> {
            boolean gives = self > parties.indexOf(party);
            byte[] frame = run.frame("what it saw", VIEW_BYTES + (gives ? PAIR_KEY_BYTES : 0));
            if (!Arrays.equals(view, Arrays.copyOf(frame, VIEW_BYTES))) {
                throw run.misbehaved("it was told other things than this party was");
            }
            if (gives) {
                keys.put(party, Arrays.copyOfRange(frame, VIEW_BYTES, frame.length));
            }
        });
        return keys;
    }
}
