package poyang.crypto.block;

import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ROL;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// SM4 on 64 blocks at a time in registers of 256 bits; the rounds ask nothing but shifts and logic of them.
/// One register holds bit b of all four bytes of word w of all blocks, so a pass of the S-box's circuit
/// ({@link Sm4Circuit}) does 256 bytes. No memory is read at a secret index.
///
/// In each 32 bits of a register lie eight blocks' bits of the first byte of the word, then those of the
/// second, third and fourth: a rotation of words by bytes is one of 32 bits by bytes, and a rotation by
/// two is for the most part one of the order of registers. Which block stands where does not matter, as
/// the moves that load the blocks also store them.
///
/// The circuit is freed of its negations. Those before the inversion add a constant to the S-box's input,
/// those behind it one to its output. The first is part of the round key here. The second, taken through
/// the linear map, is left out of each new word, put right by the round keys of the rounds that read the
/// word, and in the end has been left out of each word an even number of times.
///
/// The steps are methods of their own with arrays between them, and none takes or gives a vector: where
/// the compiler's limits are set low it does not inline such a call, which then makes objects.
final class Sm4Slices {
    static final int BITS = 256;
    static final int BLOCKS = 64;

    /// From this many blocks on, a whole group costs less than the scalar form of them.
    static final int FROM = 3;

    private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_256;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_256;
    private static final int BLOCK_BYTES = 16;
    private static final int GROUP_BYTES = BLOCKS * BLOCK_BYTES;
    private static final int ROUNDS = 32;

    /// Bit b of word w stands at `state[PLACES[w] + 8b]` in four longs.
    private static final int[] PLACES = {0, 64, 4, 68};

    private static final int STATE_LONGS = 128;
    private static final int WORD_LONGS = 32;

    /// What the negations add to each byte before the S-box, and behind it and the linear map: d3, which
    /// is rotated by two as the bytes of the word are equal.
    private static final int ADDED_BEFORE = 0x75757575;
    private static final int ADDED_BEHIND = 0x4f4f4f4f;

    private static final VectorShuffle<Long> NEIGHBOURS = VectorShuffle.fromValues(LONGS, 1, 0, 3, 2);
    private static final VectorMask<Long> EVEN = VectorMask.fromValues(LONGS, true, false, true, false);
    private static final VectorMask<Long> ODD = VectorMask.fromValues(LONGS, false, true, false, true);

    private Sm4Slices() {}

    /// out = each block of `in` under the round keys; the last, incomplete group is padded here, or left
    /// to the scalar form.
    static void crypt(int[] roundKeys, byte[] in, int at, byte[] out, int to, int blocks) {
        int rest = blocks % BLOCKS;
        int whole = blocks - rest;
        int restAt = at + whole * BLOCK_BYTES;
        int restTo = to + whole * BLOCK_BYTES;
        if (whole > 0) {
            groups(roundKeys, in, at, out, to, whole);
        }
        if (rest >= FROM) {
            byte[] padded = new byte[GROUP_BYTES];
            System.arraycopy(in, restAt, padded, 0, rest * BLOCK_BYTES);
            groups(roundKeys, padded, 0, padded, 0, BLOCKS);
            System.arraycopy(padded, 0, out, restTo, rest * BLOCK_BYTES);
        } else {
            Sm4Scalar.crypt(roundKeys, in, restAt, out, restTo, rest);
        }
    }

    private static void groups(int[] roundKeys, byte[] in, int at, byte[] out, int to, int blocks) {
        long[] state = new long[STATE_LONGS];
        long[] t = new long[WORD_LONGS];
        for (int done = 0; done < blocks * BLOCK_BYTES; done += GROUP_BYTES) {
            load(in, at + done, state);
            transpose(state);
            for (int i = 0; i < ROUNDS; i++) {
                substitute(state, i, key(roundKeys, i), t);
                diffuse(t, state, PLACES[i & 3]);
            }
            transpose(state);
            store(state, out, to + done);
        }
    }

    /// The key of round i with what the negations add; a word that is new for an odd number of times lacks
    /// its constant. The first byte of a word is the last of an int here.
    private static int key(int[] roundKeys, int i) {
        int lacking = (i + 1 >> 2) + (i + 2 >> 2) + (i + 3 >> 2) & 1;
        return Integer.reverseBytes(roundKeys[i]) ^ ADDED_BEFORE ^ ADDED_BEHIND & -lacking;
    }

    /// From two blocks a vector to words 0 and 1 of four blocks, and words 2 and 3.
    private static void load(byte[] in, int at, long[] state) {
        for (int i = 0; i < STATE_LONGS; i += 8) {
            LongVector a = ByteVector.fromArray(BYTES, in, at + 8 * i).reinterpretAsLongs();
            LongVector b = ByteVector.fromArray(BYTES, in, at + 8 * i + 32).reinterpretAsLongs();
            a.blend(b.rearrange(NEIGHBOURS), ODD).intoArray(state, i);
            b.blend(a.rearrange(NEIGHBOURS), EVEN).intoArray(state, i + 4);
        }
    }

    /// The same backwards, and the words in reverse.
    private static void store(long[] state, byte[] out, int to) {
        for (int i = 0; i < STATE_LONGS; i += 8) {
            LongVector a = LongVector.fromArray(LONGS, state, i + 4).lanewise(ROL, 32);
            LongVector b = LongVector.fromArray(LONGS, state, i).lanewise(ROL, 32);
            a.blend(b.rearrange(NEIGHBOURS), ODD).reinterpretAsBytes().intoArray(out, to + 8 * i);
            b.blend(a.rearrange(NEIGHBOURS), EVEN).reinterpretAsBytes().intoArray(out, to + 8 * i + 32);
        }
    }

    /// From blocks to bits or back: of a bit's place in a long four bits, which say which word and which
    /// bit of a byte it is, change places with four bits of the vector's number, which say which block.
    private static void transpose(long[] state) {
        exchange(state, 64, 32, 0x00000000ffffffffL, 32, 4, 0x0f0f0f0f0f0f0f0fL);
        exchange(state, 16, 2, 0x3333333333333333L, 8, 1, 0x5555555555555555L);
    }

    /// Of two vectors `far` longs apart, the bits that the mask takes of the second change places with
    /// those `shift` higher in the first; then the same `near`.
    private static void exchange(
            long[] state, int far, int shift, long mask, int near, int smallShift, long smallMask) {
        for (int i = 0; i < STATE_LONGS; i = (i | far | near) + 4 & ~(far | near)) {
            LongVector a = LongVector.fromArray(LONGS, state, i);
            LongVector b = LongVector.fromArray(LONGS, state, i + near);
            LongVector c = LongVector.fromArray(LONGS, state, i + far);
            LongVector d = LongVector.fromArray(LONGS, state, i + far + near);
            LongVector u = a.lanewise(LSHR, shift).lanewise(XOR, c).lanewise(AND, mask);
            LongVector v = b.lanewise(LSHR, shift).lanewise(XOR, d).lanewise(AND, mask);
            a = a.lanewise(XOR, u.lanewise(LSHL, shift));
            b = b.lanewise(XOR, v.lanewise(LSHL, shift));
            c = c.lanewise(XOR, u);
            d = d.lanewise(XOR, v);
            u = a.lanewise(LSHR, smallShift).lanewise(XOR, b).lanewise(AND, smallMask);
            v = c.lanewise(LSHR, smallShift).lanewise(XOR, d).lanewise(AND, smallMask);
            a.lanewise(XOR, u.lanewise(LSHL, smallShift)).intoArray(state, i);
            b.lanewise(XOR, u).intoArray(state, i + near);
            c.lanewise(XOR, v.lanewise(LSHL, smallShift)).intoArray(state, i + far);
            d.lanewise(XOR, v).intoArray(state, i + far + near);
        }
    }

    /// The word at `at` ^= t ⊕ t<<<2 ⊕ t<<<10 ⊕ t<<<18 ⊕ t<<<24. With r = t<<<8 and u = t<<<2 that is
    /// t ⊕ u ⊕ u<<<8 ⊕ (u ⊕ r)<<<16. Bit b of u is bit b - 2 of t, and bits 0 and 1 are bits 6 and 7 of r:
    /// even and odd bits do not meet.
    private static void diffuse(long[] t, long[] state, int at) {
        for (int odd = 0; odd < 2; odd++) {
            IntVector t0 = LongVector.fromArray(LONGS, t, 4 * odd).reinterpretAsInts();
            IntVector t2 = LongVector.fromArray(LONGS, t, 4 * odd + 8).reinterpretAsInts();
            IntVector t4 = LongVector.fromArray(LONGS, t, 4 * odd + 16).reinterpretAsInts();
            IntVector t6 = LongVector.fromArray(LONGS, t, 4 * odd + 24).reinterpretAsInts();
            IntVector r0 = t0.lanewise(ROL, 24);
            IntVector r2 = t2.lanewise(ROL, 24);
            IntVector r4 = t4.lanewise(ROL, 24);
            IntVector r6 = t6.lanewise(ROL, 24);
            IntVector s0 = t6.lanewise(XOR, r6).lanewise(XOR, r0).lanewise(ROL, 16);
            IntVector s2 = t0.lanewise(XOR, r2).lanewise(ROL, 16);
            IntVector s4 = t2.lanewise(XOR, r4).lanewise(ROL, 16);
            IntVector s6 = t4.lanewise(XOR, r6).lanewise(ROL, 16);
            s0 = s0.lanewise(XOR, t0).lanewise(XOR, r6);
            s2 = s2.lanewise(XOR, t2).lanewise(XOR, t0.lanewise(XOR, r0));
            s4 = s4.lanewise(XOR, t4).lanewise(XOR, t2.lanewise(XOR, r2));
            s6 = s6.lanewise(XOR, t6).lanewise(XOR, t4.lanewise(XOR, r4));
            int x = at + 8 * odd;
            s0.reinterpretAsLongs()
                    .lanewise(XOR, LongVector.fromArray(LONGS, state, x))
                    .intoArray(state, x);
            s2.reinterpretAsLongs()
                    .lanewise(XOR, LongVector.fromArray(LONGS, state, x + 16))
                    .intoArray(state, x + 16);
            s4.reinterpretAsLongs()
                    .lanewise(XOR, LongVector.fromArray(LONGS, state, x + 32))
                    .intoArray(state, x + 32);
            s6.reinterpretAsLongs()
                    .lanewise(XOR, LongVector.fromArray(LONGS, state, x + 48))
                    .intoArray(state, x + 48);
        }
    }

    /// t = the S-box on the sum of the key and the words that round i reads, but for what the negations add.
    private static void substitute(long[] state, int i, int key, long[] t) {
        int b = PLACES[i + 1 & 3];
        int c = PLACES[i + 2 & 3];
        int d = PLACES[i + 3 & 3];
        IntVector x0 = LongVector.fromArray(LONGS, state, b)
                .lanewise(XOR, LongVector.fromArray(LONGS, state, c))
                .lanewise(XOR, LongVector.fromArray(LONGS, state, d))
                .reinterpretAsInts()
                .lanewise(XOR, spread(key >>> 0));
        IntVector x1 = LongVector.fromArray(LONGS, state, b + 8)
                .lanewise(XOR, LongVector.fromArray(LONGS, state, c + 8))
                .lanewise(XOR, LongVector.fromArray(LONGS, state, d + 8))
                .reinterpretAsInts()
                .lanewise(XOR, spread(key >>> 1));
        IntVector x2 = LongVector.fromArray(LONGS, state, b + 16)
                .lanewise(XOR, LongVector.fromArray(LONGS, state, c + 16))
                .lanewise(XOR, LongVector.fromArray(LONGS, state, d + 16))
                .reinterpretAsInts()
                .lanewise(XOR, spread(key >>> 2));
        IntVector x3 = LongVector.fromArray(LONGS, state, b + 24)
                .lanewise(XOR, LongVector.fromArray(LONGS, state, c + 24))
                .lanewise(XOR, LongVector.fromArray(LONGS, state, d + 24))
                .reinterpretAsInts()
                .lanewise(XOR, spread(key >>> 3));
        IntVector x4 = LongVector.fromArray(LONGS, state, b + 32)
                .lanewise(XOR, LongVector.fromArray(LONGS, state, c + 32))
                .lanewise(XOR, LongVector.fromArray(LONGS, state, d + 32))
                .reinterpretAsInts()
                .lanewise(XOR, spread(key >>> 4));
        IntVector x5 = LongVector.fromArray(LONGS, state, b + 40)
                .lanewise(XOR, LongVector.fromArray(LONGS, state, c + 40))
                .lanewise(XOR, LongVector.fromArray(LONGS, state, d + 40))
                .reinterpretAsInts()
                .lanewise(XOR, spread(key >>> 5));
        IntVector x6 = LongVector.fromArray(LONGS, state, b + 48)
                .lanewise(XOR, LongVector.fromArray(LONGS, state, c + 48))
                .lanewise(XOR, LongVector.fromArray(LONGS, state, d + 48))
                .reinterpretAsInts()
                .lanewise(XOR, spread(key >>> 6));
        IntVector x7 = LongVector.fromArray(LONGS, state, b + 56)
                .lanewise(XOR, LongVector.fromArray(LONGS, state, c + 56))
                .lanewise(XOR, LongVector.fromArray(LONGS, state, d + 56))
                .reinterpretAsInts()
                .lanewise(XOR, spread(key >>> 7));
        IntVector p0 = x2.lanewise(XOR, x4);
        IntVector p1 = x0.lanewise(XOR, x3);
        IntVector p2 = x1.lanewise(XOR, p1);
        IntVector p3 = x5.lanewise(XOR, p0);
        IntVector p4 = x6.lanewise(XOR, x7);
        IntVector p5 = x2.lanewise(XOR, x6);
        IntVector p6 = x5.lanewise(XOR, p2);
        IntVector p7 = x4.lanewise(XOR, p4);
        IntVector p8 = x7.lanewise(XOR, p2);
        IntVector p9 = x1.lanewise(XOR, p3);
        IntVector p10 = x7.lanewise(XOR, p0);
        IntVector p11 = x3.lanewise(XOR, x7);
        IntVector p12 = x1.lanewise(XOR, p11);
        IntVector p13 = x7.lanewise(XOR, p9);
        IntVector p14 = p6.lanewise(XOR, p7);
        IntVector p15 = x1.lanewise(XOR, p5);
        IntVector p16 = x2.lanewise(XOR, x7);
        IntVector p17 = p2.lanewise(XOR, p3);
        IntVector p18 = x0.lanewise(XOR, p10);
        IntVector p19 = x0.lanewise(XOR, x1);
        IntVector p20 = x5.lanewise(XOR, p11);
        IntVector p21 = p0.lanewise(XOR, p1);
        IntVector p22 = x3.lanewise(XOR, p3);
        IntVector p23 = p1.lanewise(XOR, p3);
        IntVector p24 = p0.lanewise(XOR, p2);
        IntVector p25 = x4.lanewise(XOR, p8);
        IntVector p26 = p7.lanewise(XOR, p19);
        IntVector p27 = p5.lanewise(XOR, p6);
        IntVector p28 = p3.lanewise(XOR, p4);
        IntVector p29 = p4.lanewise(XOR, p9);
        IntVector p30 = p4.lanewise(XOR, p21);
        IntVector t2 = p29.lanewise(AND, p13);
        IntVector t3 = p6.lanewise(AND, p22);
        IntVector t4 = t3.lanewise(XOR, t2);
        IntVector t5 = p30.lanewise(AND, p12);
        IntVector t6 = t5.lanewise(XOR, t2);
        IntVector t7 = x1.lanewise(AND, p23);
        IntVector t8 = p5.lanewise(AND, p20);
        IntVector t9 = t8.lanewise(XOR, t7);
        IntVector t10 = p15.lanewise(AND, p18);
        IntVector t11 = t10.lanewise(XOR, t7);
        IntVector t12 = p25.lanewise(AND, p24);
        IntVector t13 = p28.lanewise(AND, p8);
        IntVector t14 = t13.lanewise(XOR, t12);
        IntVector t15 = p27.lanewise(AND, p10);
        IntVector t16 = t15.lanewise(XOR, t12);
        IntVector t17 = t4.lanewise(XOR, t14);
        IntVector t18 = t6.lanewise(XOR, t16);
        IntVector t19 = t9.lanewise(XOR, t14);
        IntVector t20 = t11.lanewise(XOR, t16);
        IntVector t21 = t17.lanewise(XOR, p16);
        IntVector t22 = t18.lanewise(XOR, p14);
        IntVector t23 = t19.lanewise(XOR, p17);
        IntVector t24 = t20.lanewise(XOR, p26);
        IntVector t25 = t21.lanewise(XOR, t22);
        IntVector t26 = t21.lanewise(AND, t23);
        IntVector t27 = t24.lanewise(XOR, t26);
        IntVector t28 = t25.lanewise(AND, t27);
        IntVector t29 = t28.lanewise(XOR, t22);
        IntVector t30 = t23.lanewise(XOR, t24);
        IntVector t31 = t22.lanewise(XOR, t26);
        IntVector t32 = t31.lanewise(AND, t30);
        IntVector t33 = t32.lanewise(XOR, t24);
        IntVector t34 = t23.lanewise(XOR, t33);
        IntVector t35 = t27.lanewise(XOR, t33);
        IntVector t36 = t24.lanewise(AND, t35);
        IntVector t37 = t36.lanewise(XOR, t34);
        IntVector t38 = t27.lanewise(XOR, t36);
        IntVector t39 = t29.lanewise(AND, t38);
        IntVector t40 = t25.lanewise(XOR, t39);
        IntVector t41 = t40.lanewise(XOR, t37);
        IntVector t42 = t29.lanewise(XOR, t33);
        IntVector t43 = t29.lanewise(XOR, t40);
        IntVector t44 = t33.lanewise(XOR, t37);
        IntVector t45 = t42.lanewise(XOR, t41);
        IntVector z0 = t44.lanewise(AND, p13);
        IntVector z1 = t37.lanewise(AND, p22);
        IntVector z2 = t33.lanewise(AND, p12);
        IntVector z3 = t43.lanewise(AND, p23);
        IntVector z4 = t40.lanewise(AND, p20);
        IntVector z5 = t29.lanewise(AND, p18);
        IntVector z6 = t42.lanewise(AND, p24);
        IntVector z7 = t45.lanewise(AND, p8);
        IntVector z8 = t41.lanewise(AND, p10);
        IntVector z9 = t44.lanewise(AND, p29);
        IntVector z10 = t37.lanewise(AND, p6);
        IntVector z11 = t33.lanewise(AND, p30);
        IntVector z12 = t43.lanewise(AND, x1);
        IntVector z13 = t40.lanewise(AND, p5);
        IntVector z14 = t29.lanewise(AND, p15);
        IntVector z15 = t42.lanewise(AND, p25);
        IntVector z16 = t45.lanewise(AND, p28);
        IntVector z17 = t41.lanewise(AND, p27);
        IntVector q0 = z0.lanewise(XOR, z10);
        IntVector q1 = z9.lanewise(XOR, z15);
        IntVector q2 = z5.lanewise(XOR, q0);
        IntVector q3 = z4.lanewise(XOR, z6);
        IntVector q4 = z13.lanewise(XOR, z14);
        IntVector q5 = z17.lanewise(XOR, q1);
        IntVector q6 = z8.lanewise(XOR, q2);
        IntVector q7 = z7.lanewise(XOR, q4);
        IntVector q8 = z1.lanewise(XOR, q6);
        IntVector q9 = z11.lanewise(XOR, q3);
        IntVector q10 = z16.lanewise(XOR, q1);
        IntVector q11 = q8.lanewise(XOR, q10);
        IntVector q12 = q5.lanewise(XOR, q7);
        IntVector q13 = z3.lanewise(XOR, q3);
        IntVector q14 = z13.lanewise(XOR, z15);
        IntVector q15 = z12.lanewise(XOR, z16);
        IntVector q16 = q12.lanewise(XOR, q13);
        IntVector q17 = z2.lanewise(XOR, q7);
        IntVector q18 = q4.lanewise(XOR, q9);
        IntVector q19 = q2.lanewise(XOR, q9);
        IntVector q20 = z11.lanewise(XOR, q5);
        IntVector q21 = q14.lanewise(XOR, q15);
        IntVector q22 = z6.lanewise(XOR, q12);
        IntVector q23 = z3.lanewise(XOR, z7);
        IntVector q24 = q11.lanewise(XOR, q23);
        IntVector q25 = q8.lanewise(XOR, q18);
        IntVector q26 = z1.lanewise(XOR, q22);
        IntVector q27 = q17.lanewise(XOR, q19);
        IntVector q28 = z10.lanewise(XOR, q16);
        IntVector q29 = q0.lanewise(XOR, q26);
        IntVector q30 = q3.lanewise(XOR, q11);
        q24.reinterpretAsLongs().intoArray(t, 0);
        q25.reinterpretAsLongs().intoArray(t, 4);
        q28.reinterpretAsLongs().intoArray(t, 8);
        q20.reinterpretAsLongs().intoArray(t, 12);
        q30.reinterpretAsLongs().intoArray(t, 16);
        q29.reinterpretAsLongs().intoArray(t, 20);
        q27.reinterpretAsLongs().intoArray(t, 24);
        q21.reinterpretAsLongs().intoArray(t, 28);
    }

    /// Each byte is filled with its lowest bit.
    private static int spread(int bits) {
        return (bits & 0x01010101) * 255;
    }
}
