package poyang.psi;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import poyang.crypto.Sm3;
import poyang.kernel.Bug;
import poyang.kernel.PartyId;

/// What two owners have in common, for a third party, the asker, who brings nothing; the owners learn sizes only.
///
/// ```
/// owner A with X, secrets r, a         owner B with Y, secrets s, b             asker C
///   H(x)^r, secret order        ↔        H(y)^s, secret order
///   H(y)^(s·r·a)                ↔        H(x)^(r·s·b)
///   G(x) = H(x)^(r·s·b·a)                G(y) = H(y)^(s·r·a·b)
///   T(G(x)), and with rows x under K(G(x))                                   →  equal tags are common keys
///                                        T(G(y)), and with rows K(G(y))      →  K opens those of A alone
/// ```
///
/// A and B each evaluate one function G of both owners' secrets at their own keys and nowhere else: what comes back
/// to A lacks the factor a for its own keys, and what A sees of B's keys lacks s·b. T and K are SM3 of different
/// domains. With rows each text is padded to one length that the plan gives.
///
/// - rejects: another protocol, group, mode or number of keys than is said to others, frames of another length, no
///   points of the curve, texts that are padded otherwise, frames that changed on their way: `PEER_MISBEHAVED`
/// - secrecy: semi-honest. An owner sees points that are random under decisional Diffie–Hellman with H as a random
///   oracle, and how many keys the other has. The asker sees tags, keys and texts of SM3 under G, that is the
///   number of common keys, with rows these keys, and both sizes. An owner and the asker together learn what the
///   asker does and which own keys these are; G at another key they cannot have without the other owner, so
///   they cannot try identifiers. Running time depends on sizes only
/// - errors: two different keys are taken for common with probability at most 2^-40 ({@link Tags})
/// - cost: {@link #ownersCost} and {@link #askerCost}, exact; 2·|X| + 2·|Y| multiplications in each owner
/// - source: masking as Meadows, IEEE S&P 1986; Huberman, Franklin, Hogg, ACM EC 1999; a helper that compares as
///   Kamara, Mohassel, Raykova, Sadeghian, "Scaling private set intersection to billion-element sets", FC 2014, whose
///   owners share one key. Departure: G needs both owners' secrets, so that an asker and an owner together
///   cannot evaluate it
public final class AskedPsi {
    /// The longest text of a key, in bytes, with the two bytes of its length.
    public static final int MOST_ROOM = 1024;

    private static final byte[] TAG_DOMAIN = "psi.asked.tag".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEY_DOMAIN = "psi.asked.key".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PAD_DOMAIN = "psi.asked.pad".getBytes(StandardCharsets.US_ASCII);
    private static final int KEY_BYTES = Sm3.DIGEST_BYTES;
    private static final int LENGTH_BYTES = 2;
    /// Entries of a frame for the asker.
    private static final int CHUNK = 128;

    private final AskedProtocol protocol;
    private final GroupSession session;
    private final List<PartyId> parties;
    private final int room;
    private final DhPsi masking;
    private final Map<PartyId, Run> runs = new LinkedHashMap<>();
    private final GroupOpening opening;
    private final int tagBytes;

    private AskedPsi(AskedProtocol protocol, int room, long ownKeys, GroupSession session) {
        Bug.unless(room == 0 || room > LENGTH_BYTES && room <= MOST_ROOM, "a text has room for its length and itself");
        this.protocol = protocol;
        this.session = session;
        this.room = room;
        parties = session.parties();
        Bug.unless(parties.size() == 3, "two owners and an asker take part");
        masking = new DhPsi(protocol.group());
        PartyId self = session.network().self();
        for (PartyId party : parties) {
            if (!party.equals(self)) {
                boolean first = parties.indexOf(self) < parties.indexOf(party);
                runs.put(party, Run.of(protocol.jobName(), first, session.with(party)));
            }
        }
        opening = GroupOpening.exchange(
                new GroupOpening.Purpose(protocol.id(), AskedProtocol.VERSION, "room " + room), session, runs, ownKeys);
        tagBytes = Tags.bytes(opening.keys().get(1), opening.keys().get(2));
    }

    /// What the asker has in the end.
    ///
    /// @param matches common keys
    /// @param texts these keys, where rows are told; otherwise none
    /// @param ownerKeys how many keys each owner has, by name
    public record Found(long matches, List<String> texts, List<Long> ownerKeys) {
        public Found {
            texts = List.copyOf(texts);
            ownerKeys = List.copyOf(ownerKeys);
        }
    }

    /// Runs the asker's side, who leads the session.
    ///
    /// @param room bytes for a key's text, with two for its length; 0: only the number of common keys is told
    public static Found ask(AskedProtocol protocol, int room, GroupSession session) {
        Bug.unless(session.leader().equals(session.network().self()), "the asker leads");
        AskedPsi asked = new AskedPsi(protocol, room, 0, session);
        Found found = asked.compare();
        asked.runs.values().forEach(Run::confirm);
        return found;
    }

    /// Runs an owner's side; gives the number of the other owner's keys, all that it learns.
    ///
    /// @param room as the asker's; a key's text must fit
    public static long answer(AskedProtocol protocol, int room, KeySet keys, GroupSession session) {
        Bug.unless(!session.leader().equals(session.network().self()), "the asker leads");
        AskedPsi asked = new AskedPsi(protocol, room, keys.size(), session);
        int own = asked.parties.indexOf(session.network().self());
        if (asked.opening.keys().getFirst() != 0) {
            throw asked.with(session.leader()).misbehaved("it asks and brings keys");
        }
        asked.evaluate(keys, own);
        asked.runs.values().forEach(Run::confirm);
        return asked.opening.keys().get(3 - own);
    }

    /// What the two owners exchange, the first by name as receiver.
    public static Cost ownersCost(AskedProtocol protocol, long firstKeys, long secondKeys) {
        int point = protocol.group().pointBytes();
        long chunks = DhPsi.chunks(firstKeys) + DhPsi.chunks(secondKeys);
        long bytes = point * (firstKeys + secondKeys);
        return GroupPsi.openingCost().plus(new Cost(chunks, bytes, chunks, bytes, DhPsi.CHUNK_POINTS * point, 3));
    }

    /// What the asker, as receiver, exchanges with an owner.
    ///
    /// @param first whether it is the first owner by name, who sends the texts
    public static Cost askerCost(AskedProtocol protocol, long ownerKeys, long otherKeys, int room, boolean first) {
        int entry = Tags.bytes(ownerKeys, otherKeys) + payload(room, first);
        return GroupPsi.openingCost()
                .plus(new Cost(0, 0, (ownerKeys + CHUNK - 1) / CHUNK, entry * ownerKeys, CHUNK * entry, 0));
    }

    /// Messages that wait for one another.
    public static int rounds() {
        return GroupPsi.openingCost().rounds() + 3;
    }

    /// Whether a key's text of so many bytes fits.
    public static boolean fits(int bytes, int room) {
        return room == 0 || bytes <= room - LENGTH_BYTES;
    }

    private static int payload(int room, boolean first) {
        return room == 0 ? 0 : first ? room : KEY_BYTES;
    }

    private Run with(PartyId party) {
        return Objects.requireNonNull(runs.get(party));
    }

    private long keysOf(int place) {
        return opening.keys().get(place);
    }

    // ---- owners ----------------------------------------------------------------------------------------

    private void evaluate(KeySet keys, int own) {
        Items items = keys.items(opening.seed(), session.workers());
        Run peer = with(parties.get(3 - own));
        int theirKeys = Math.toIntExact(keysOf(3 - own));
        int[] order = Orders.permutation(items.size(), session.random().fork("order"));
        try (MaskingGroup.Mask first = protocol.group().mask(session.random().fork("first"));
                MaskingGroup.Mask second =
                        protocol.group().mask(session.random().fork("second"))) {
            byte[][] theirs = masking.exchangeMasked(items, order, first, theirKeys, peer);
            byte[][] mine = new byte[(int) DhPsi.chunks(items.size())][];
            for (int chunk = 0; chunk < Math.max(theirs.length, mine.length); chunk++) {
                if (chunk < theirs.length) {
                    peer.send(masking.again(masking.again(theirs[chunk], first, peer), second, peer));
                    theirs[chunk] = new byte[0];
                    peer.at(Progress.Phase.EXCHANGING, DhPsi.done(chunk, theirKeys), theirKeys);
                }
                if (chunk < mine.length) {
                    int width = DhPsi.width(chunk, items.size());
                    mine[chunk] = peer.frame("answers", width * protocol.group().pointBytes());
                }
            }
            Sender sender = new Sender(keys, own == 1);
            for (int chunk = 0; chunk < mine.length; chunk++) {
                byte[] points = masking.again(mine[chunk], second, peer);
                mine[chunk] = new byte[0];
                sender.tell(points, order, chunk * DhPsi.CHUNK_POINTS);
            }
        }
    }

    /// Sends the asker what it compares, and with rows the texts or what opens them.
    private final class Sender {
        private final KeySet keys;
        private final boolean texts;

        Sender(KeySet keys, boolean texts) {
            this.keys = keys;
            this.texts = texts;
        }

        void tell(byte[] points, int[] order, int from) {
            int point = protocol.group().pointBytes();
            int count = points.length / point;
            byte[] tags = digests(TAG_DOMAIN, points, point);
            byte[] secrets = room == 0 ? new byte[0] : digests(KEY_DOMAIN, points, point);
            int entry = tagBytes + payload(room, texts);
            for (int at = 0; at < count; at += CHUNK) {
                int width = Math.min(CHUNK, count - at);
                byte[] frame = new byte[width * entry];
                for (int i = 0; i < width; i++) {
                    int digest = (at + i) * Sm3.DIGEST_BYTES;
                    System.arraycopy(tags, digest, frame, i * entry, tagBytes);
                    if (room > 0) {
                        byte[] secret = Arrays.copyOfRange(secrets, digest, digest + KEY_BYTES);
                        byte[] told = texts ? masked(padded(keys.key(order[from + at + i])), secret) : secret;
                        System.arraycopy(told, 0, frame, i * entry + tagBytes, told.length);
                    }
                }
                with(session.leader()).send(frame);
            }
        }
    }

    private byte[] padded(byte[] text) {
        Bug.unless(fits(text.length, room), "a text fits the room of the plan");
        byte[] padded = new byte[room];
        Octets.put(padded, 0, text.length, LENGTH_BYTES);
        System.arraycopy(text, 0, padded, LENGTH_BYTES, text.length);
        return padded;
    }

    /// A text under the stream SM3(domain ‖ secret ‖ 0), SM3(domain ‖ secret ‖ 1), … that its key alone gives.
    private static byte[] masked(byte[] text, byte[] secret) {
        byte[] masked = new byte[text.length];
        for (int block = 0; block * Sm3.DIGEST_BYTES < text.length; block++) {
            byte[] pad = Sm3.digest(PAD_DOMAIN, secret, new byte[] {(byte) block});
            int from = block * Sm3.DIGEST_BYTES;
            for (int i = from; i < Math.min(text.length, from + Sm3.DIGEST_BYTES); i++) {
                masked[i] = (byte) (text[i] ^ pad[i - from]);
            }
        }
        return masked;
    }

    private static byte[] digests(byte[] domain, byte[] points, int point) {
        int count = points.length / point;
        int message = domain.length + point;
        byte[] messages = new byte[count * message];
        for (int i = 0; i < count; i++) {
            System.arraycopy(domain, 0, messages, i * message, domain.length);
            System.arraycopy(points, i * point, messages, i * message + domain.length, point);
        }
        return Sm3.digestMany(messages, message, count);
    }

    // ---- asker -----------------------------------------------------------------------------------------

    private Found compare() {
        int first = Math.toIntExact(keysOf(1));
        int second = Math.toIntExact(keysOf(2));
        byte[] texts = entries(1, first);
        byte[] secrets = entries(2, second);
        int textEntry = tagBytes + payload(room, true);
        int secretEntry = tagBytes + payload(room, false);
        int[] slots = new int[Integer.highestOneBit(Math.max(8, second)) * 4];
        for (int i = 0; i < second; i++) {
            slots[slot(slots, secrets, secretEntry, secrets, i * secretEntry)] = i + 1;
        }
        long matches = 0;
        List<String> found = new ArrayList<>();
        for (int i = 0; i < first; i++) {
            int at = slots[slot(slots, secrets, secretEntry, texts, i * textEntry)] - 1;
            if (at >= 0) {
                matches++;
                if (room > 0) {
                    found.add(opened(texts, i * textEntry + tagBytes, secrets, at * secretEntry + tagBytes));
                }
            }
        }
        found.sort(null);
        return new Found(matches, found, opening.keys().subList(1, 3));
    }

    private byte[] entries(int owner, int count) {
        Run run = with(parties.get(owner));
        int entry = tagBytes + payload(room, owner == 1);
        Bug.unless((long) count * entry < Integer.MAX_VALUE, "what one owner tells fits an array");
        byte[] entries = new byte[count * entry];
        for (int at = 0; at < count; at += CHUNK) {
            int width = Math.min(CHUNK, count - at);
            System.arraycopy(run.frame("tags", width * entry), 0, entries, at * entry, width * entry);
            run.at(Progress.Phase.MATCHING, at + width, count);
        }
        return entries;
    }

    /// Where a tag stands among those of the second owner, or an empty slot.
    private int slot(int[] slots, byte[] secrets, int entry, byte[] tags, int at) {
        int slot = (int) Octets.get(tags, at, 4) & slots.length - 1;
        while (slots[slot] != 0) {
            int known = (slots[slot] - 1) * entry;
            if (Arrays.equals(secrets, known, known + tagBytes, tags, at, at + tagBytes)) {
                break;
            }
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    private String opened(byte[] texts, int text, byte[] secrets, int secret) {
        byte[] plain = masked(
                Arrays.copyOfRange(texts, text, text + room), Arrays.copyOfRange(secrets, secret, secret + KEY_BYTES));
        int length = (int) Octets.get(plain, 0, LENGTH_BYTES);
        int end = LENGTH_BYTES + length;
        boolean fits = end <= room;
        for (int i = end; fits && i < room; i++) {
            fits = plain[i] == 0;
        }
        if (!fits) {
            throw with(parties.get(1)).misbehaved("a text that it sent is no text of this plan");
        }
        return new String(plain, LENGTH_BYTES, length, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "AskedPsi[" + protocol.jobName() + "]";
    }
}
