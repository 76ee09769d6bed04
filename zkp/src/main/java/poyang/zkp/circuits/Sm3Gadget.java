package poyang.zkp.circuits;

import java.util.ArrayList;
import java.util.List;
import poyang.kernel.Bug;

/// SM3 inside a circuit.
///
/// - computes: the SM3 digest of a message given as bits, and the state after one block
/// - shapes: messages and digests are bits in the order of the standard, the highest of each octet first;
///   the length of the message is part of the circuit
/// - preconditions: message bits are known to be 0 or 1
/// - cost: `sm3-block` in the golden file of constraint counts, for each block of 512 bits
/// - source: GB/T 32905-2016. The message expansion takes the parity of a sum of up to eleven bits at once:
///   three carries and the result cost four constraints, where six exclusive ors would cost six
public final class Sm3Gadget {
    private static final int BLOCK_BITS = 512;
    private static final int ROUNDS = 64;
    private static final int EXPANDED = 68;
    private static final int[] INITIAL = {
        0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e
    };

    private final Api api;
    private final Words words;

    public Sm3Gadget(Api api) {
        this.api = api;
        words = new Words(api);
    }

    /// The 256 bits of the digest of a message of whole octets.
    public List<Variable> digest(List<Variable> message) {
        Bug.unless(message.size() % 8 == 0, "a message of whole octets");
        List<Variable> padded = new ArrayList<>(message);
        padded.add(api.constant(1));
        while (padded.size() % BLOCK_BITS != BLOCK_BITS - 64) {
            padded.add(api.constant(0));
        }
        for (int i = 63; i >= 0; i--) {
            padded.add(api.constant((long) message.size() >>> i & 1));
        }
        List<List<Variable>> state = initial();
        for (int from = 0; from < padded.size(); from += BLOCK_BITS) {
            state = compress(state, padded.subList(from, from + BLOCK_BITS));
        }
        List<Variable> digest = new ArrayList<>();
        for (List<Variable> word : state) {
            digest.addAll(word.reversed());
        }
        return digest;
    }

    List<List<Variable>> initial() {
        List<List<Variable>> state = new ArrayList<>();
        for (int word : INITIAL) {
            state.add(words.constant(word));
        }
        return state;
    }

    List<List<Variable>> compress(List<List<Variable>> state, List<Variable> block) {
        List<List<Variable>> w = expand(block);
        List<List<Variable>> v = new ArrayList<>(state);
        for (int j = 0; j < ROUNDS; j++) {
            v = round(v, w.get(j), w.get(j + 4), j);
        }
        List<List<Variable>> next = new ArrayList<>();
        for (int i = 0; i < state.size(); i++) {
            next.add(words.xor(state.get(i), v.get(i)));
        }
        return next;
    }

    private List<List<Variable>> expand(List<Variable> block) {
        List<List<Variable>> w = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            w.add(List.copyOf(block.subList(32 * i, 32 * i + 32)).reversed());
        }
        for (int j = 16; j < EXPANDED; j++) {
            List<Variable> x = words.sums(List.of(w.get(j - 16), w.get(j - 9), Words.rotateLeft(w.get(j - 3), 15)));
            w.add(words.parity(
                    4,
                    List.of(
                            x,
                            Words.rotateLeft(x, 15),
                            Words.rotateLeft(x, 23),
                            Words.rotateLeft(w.get(j - 13), 7),
                            w.get(j - 6))));
        }
        return w;
    }

    private List<List<Variable>> round(List<List<Variable>> v, List<Variable> w, List<Variable> wLater, int j) {
        List<Variable> a = v.get(0);
        List<Variable> e = v.get(4);
        boolean early = j < 16;
        int constant = Integer.rotateLeft(early ? 0x79cc4519 : 0x7a879d8a, j);
        List<Variable> a12 = Words.rotateLeft(a, 12);
        Variable ss1Sum =
                api.add(api.add(words.value(a12), words.value(e)), api.constant(Integer.toUnsignedLong(constant)));
        List<Variable> ss1 = Words.rotateLeft(words.low(ss1Sum, 3), 7);
        List<Variable> ss2 = words.xor(ss1, a12);
        List<List<Variable>> abc = List.of(a, v.get(1), v.get(2));
        List<List<Variable>> efg = List.of(e, v.get(5), v.get(6));
        List<Variable> ff = early ? words.parity(2, abc) : words.majority(a, v.get(1), v.get(2));
        List<Variable> gg = early ? words.parity(2, efg) : words.choose(e, v.get(5), v.get(6));
        List<Variable> wPrime = words.xor(w, wLater);
        Variable tt1 = api.sum(List.of(words.value(ff), words.value(v.get(3)), words.value(ss2), words.value(wPrime)));
        Variable tt2 = api.sum(List.of(words.value(gg), words.value(v.get(7)), words.value(ss1), words.value(w)));
        List<Variable> newA = words.low(tt1, 4);
        List<Variable> t = words.low(tt2, 4);
        List<Variable> newE = words.parity(2, List.of(t, Words.rotateLeft(t, 9), Words.rotateLeft(t, 17)));
        return List.of(
                newA, a, Words.rotateLeft(v.get(1), 9), v.get(2), newE, e, Words.rotateLeft(v.get(5), 19), v.get(6));
    }
}
