package poyang.mpc.ot;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import poyang.crypto.Sm3;
import poyang.crypto.curve.Sm2Group;
import poyang.crypto.curve.Sm2Point;
import poyang.crypto.curve.Sm2Scalar;
import poyang.crypto.curve.Sm2Secret;
import poyang.kernel.RandomSource;
import poyang.mpc.Peer;

/// A batch of random oblivious transfers on the SM2 curve against malicious parties.
///
/// ```
/// sender, secret y                              receiver, bit b_i, secret x_i
///   Y = y·G                             →
///                                       ←       r_{i,1−b} random
///                                               r_{i,b} = x_i·G − H(i, b, r_{i,1−b})
///   k_{i,j} = K(i, j, y·(r_{i,j} + H(i, j, r_{i,1−j})))   k_{i,b} = K(i, b, x_i·Y)
/// ```
///
/// - computes: for each i two seeds of 32 bytes for the sender, the one of its bit for the receiver
/// - rejects: messages of another length, bytes that are no points of the curve: `PEER_MISBEHAVED`
/// - secrecy: r_{i,0} and r_{i,1} are uniform whatever b is, so the bits are hidden
///   unconditionally; the other seed is hidden under computational Diffie–Hellman with H and K as
///   random oracles. Both hash the session, the transfer's number and the bit: one y serves a whole
///   batch only because of that (McQuoid, Rosulek and Roy). A malicious party can choose
///   its own seeds ("endemic"), which extensions allow. Time does not depend on the bits
/// - cost: 1 round (the two messages may cross), 33 bytes from the sender, 66 a transfer from the
///   receiver; 2 multiplications and 2 hashes to the curve a transfer for each side
/// - source: Masny and Rindal, ACM CCS 2019, with its Diffie–Hellman instance; McQuoid, Rosulek,
///   Roy, "Batching base oblivious transfers", ASIACRYPT 2021
public final class BaseOt {
    public static final int SEED_BYTES = Sm3.DIGEST_BYTES;
    public static final int SENDER_BYTES = Sm2Group.COMPRESSED_BYTES;
    private static final int POINT_BYTES = Sm2Group.COMPRESSED_BYTES;
    private static final byte[] MASK_DOMAIN = ascii("POYANG-V01-OT-MASK-SM2_XMD:SM3_SSWU_RO_");
    private static final byte[] POINT_DOMAIN = ascii("POYANG-V01-OT-POINT-SM2_XMD:SM3_SSWU_RO_");
    private static final byte[] KEY_DOMAIN = ascii("poyang.base-ot.key.v1");

    private BaseOt() {}

    /// Bytes that the receiver sends.
    public static int receiverBytes(int count) {
        return 2 * POINT_BYTES * count;
    }

    /// The sender's secret between its message and its seeds.
    public static final class Sender implements AutoCloseable {
        private final Sm2Scalar secret;
        private final byte[] message;

        public Sender(RandomSource random) {
            secret = Sm2Scalar.random(random);
            message = Sm2Group.encode(Sm2Group.multiply(Sm2Group.of(List.of(Sm2Point.BASE)), secret));
        }

        /// Y, 33 bytes.
        public byte[] message() {
            return message.clone();
        }

        /// The seeds 2i and 2i+1 of transfer i.
        ///
        /// @param session what no other session has
        public byte[][] seeds(byte[] session, int count, byte[] points, Peer peer) {
            long[] received = Sm2Group.decode(points)
                    .orElseThrow(() -> peer.misbehaved("its transfers are no points of the curve"));
            long[] masks = masks(session, points, 2 * count);
            long[] keys = Sm2Group.sums(received, masks)
                    .map(sums -> Sm2Group.multiply(sums, secret))
                    .orElseThrow(() -> peer.misbehaved("its transfers are degenerate"));
            byte[] shared = Sm2Group.encode(keys);
            byte[][] seeds = new byte[2 * count][];
            for (int i = 0; i < 2 * count; i++) {
                seeds[i] = seed(session, i / 2, i % 2, message, points, shared, i);
            }
            Arrays.fill(shared, (byte) 0);
            return seeds;
        }

        /// H(i, j, r_{i,1−j}) for each i and j.
        private static long[] masks(byte[] session, byte[] points, int count) {
            List<byte[]> inputs = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                inputs.add(maskInput(session, i / 2, i % 2, points, i ^ 1));
            }
            return Sm2Group.hashToCurve(inputs, MASK_DOMAIN);
        }

        @Override
        public void close() {
            secret.close();
        }
    }

    /// The receiver's secrets between its message and its seeds.
    public static final class Receiver implements AutoCloseable {
        private final int count;
        private final byte[] session;
        private final byte[] choices;
        private final Sm2Secret[] secrets;
        private final byte[] message;

        /// @param choices one bit a byte, 0 or 1
        public Receiver(byte[] session, byte[] choices, RandomSource random) {
            this.session = session.clone();
            this.choices = choices.clone();
            count = choices.length;
            secrets = new Sm2Secret[count];
            message = makeMessage(random);
        }

        private byte[] makeMessage(RandomSource random) {
            List<Sm2Point> own = new ArrayList<>(count);
            List<byte[]> draws = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                secrets[i] = Sm2Secret.random(random);
                own.add(secrets[i].timesBase());
                draws.add(random.bytes(Sm3.DIGEST_BYTES));
            }
            byte[] others = Sm2Group.encode(Sm2Group.hashToCurve(draws, POINT_DOMAIN));
            List<byte[]> inputs = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                inputs.add(maskInput(session, i, choices[i], others, i));
            }
            long[] masks = Sm2Group.hashToCurve(inputs, MASK_DOMAIN);
            Optional<long[]> chosen = Sm2Group.differences(Sm2Group.of(own), masks);
            if (chosen.isEmpty()) {
                return makeMessage(random); // once in 2^247
            }
            byte[] wanted = Sm2Group.encode(chosen.get());
            byte[] out = new byte[receiverBytes(count)];
            for (int i = 0; i < count; i++) {
                int mask = -choices[i];
                for (int k = 0; k < POINT_BYTES; k++) {
                    int w = wanted[i * POINT_BYTES + k];
                    int o = others[i * POINT_BYTES + k];
                    int swapped = mask & (w ^ o);
                    out[2 * i * POINT_BYTES + k] = (byte) (w ^ swapped);
                    out[(2 * i + 1) * POINT_BYTES + k] = (byte) (o ^ swapped);
                }
            }
            return out;
        }

        /// r_{i,0} and r_{i,1} for each i.
        public byte[] message() {
            return message.clone();
        }

        /// The seed of each chosen bit.
        ///
        /// @param senderMessage Y
        public byte[][] seeds(byte[] senderMessage, Peer peer) {
            Sm2Point theirs = Sm2Point.decode(senderMessage)
                    .orElseThrow(() -> peer.misbehaved("its key is no point of the curve"));
            List<Sm2Point> keys = new ArrayList<>(count);
            for (Sm2Secret secret : secrets) {
                keys.add(secret.times(theirs));
            }
            byte[] shared = Sm2Group.encode(Sm2Group.of(keys));
            byte[][] seeds = new byte[count][];
            for (int i = 0; i < count; i++) {
                seeds[i] = seed(session, i, choices[i], senderMessage, message, shared, i);
            }
            Arrays.fill(shared, (byte) 0);
            return seeds;
        }

        @Override
        public void close() {
            for (Sm2Secret secret : secrets) {
                secret.close();
            }
            Arrays.fill(choices, (byte) 0);
        }
    }

    private static byte[] maskInput(byte[] session, int transfer, int bit, byte[] points, int index) {
        byte[] input = new byte[session.length + 5 + POINT_BYTES];
        System.arraycopy(session, 0, input, 0, session.length);
        number(input, session.length, transfer, bit);
        System.arraycopy(points, index * POINT_BYTES, input, session.length + 5, POINT_BYTES);
        return input;
    }

    private static byte[] seed(
            byte[] session, int transfer, int bit, byte[] key, byte[] points, byte[] shared, int index) {
        byte[] number = new byte[5];
        number(number, 0, transfer, bit);
        return new Sm3()
                .update(KEY_DOMAIN)
                .update(session)
                .update(number)
                .update(key)
                .update(points, 2 * transfer * POINT_BYTES, 2 * POINT_BYTES)
                .update(shared, index * POINT_BYTES, POINT_BYTES)
                .digest();
    }

    private static void number(byte[] out, int at, int transfer, int bit) {
        out[at] = (byte) (transfer >>> 24);
        out[at + 1] = (byte) (transfer >>> 16);
        out[at + 2] = (byte) (transfer >>> 8);
        out[at + 3] = (byte) transfer;
        out[at + 4] = (byte) bit;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
