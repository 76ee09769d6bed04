package poyang.crypto.block;

/// SM4's S-box as a circuit on bits, so that no table is read at a secret index.
///
/// Up to 64 bytes at a time: bit k of `s[at + i]` is bit i of byte k.
///
/// S(x) = A·(A·x + c)^-1 + c over GF(2^8) modulo x^8 + x^7 + x^6 + x^5 + x^4 + x^2 + 1. The inversion is done
/// in the isomorphic field of AES by the circuit of Boyar and Peralta (18 inputs to 18 products by way of
/// GF(2^4)); isomorphism and affine maps are merged into the linear layers before and after it, each
/// shortened by taking out common sums. 137 operations.
///
/// Source: Boyar, Peralta, "A depth-16 circuit for the AES S-box", IACR ePrint 2011/332; the algebra of the
/// SM4 S-box: Liu et al., "Analysis of the SMS4 block cipher", ACISP 2007.
final class Sm4Circuit {
    private Sm4Circuit() {}

    /// Replaces the bytes by their images.
    static void substitute(long[] s, int at) {
        long x0 = s[at];
        long x1 = s[at + 1];
        long x2 = s[at + 2];
        long x3 = s[at + 3];
        long x4 = s[at + 4];
        long x5 = s[at + 5];
        long x6 = s[at + 6];
        long x7 = s[at + 7];
        long p0 = x2 ^ x4;
        long p1 = x0 ^ x3;
        long p2 = x1 ^ p1;
        long p3 = x5 ^ p0;
        long p4 = x6 ^ x7;
        long p5 = x2 ^ x6;
        long p6 = x5 ^ p2;
        long p7 = x4 ^ p4;
        long p8 = x7 ^ p2;
        long p9 = x1 ^ p3;
        long p10 = x7 ^ p0;
        long p11 = x3 ^ x7;
        long p12 = x1 ^ p11;
        long p13 = x7 ^ p9;
        long p14 = p6 ^ p7;
        long p15 = x1 ^ p5;
        long p16 = x2 ^ x7;
        long p17 = p2 ^ p3;
        long p18 = x0 ^ p10;
        long p19 = x0 ^ x1;
        long p20 = x5 ^ p11;
        long p21 = p0 ^ p1;
        long p22 = x3 ^ p3;
        long p23 = p1 ^ p3;
        long p24 = p0 ^ p2;
        long p25 = x4 ^ p8;
        long p26 = p7 ^ p19;
        long p27 = p5 ^ p6;
        long p28 = p3 ^ p4;
        long p29 = p4 ^ p9;
        long p30 = p4 ^ p21;
        long y1 = ~p20;
        long y6 = ~p22;
        long y7 = ~p18;
        long y11 = ~p24;
        long y15 = ~p13;
        long y17 = ~p8;
        long y18 = ~p26;
        long y20 = ~p16;
        long t2 = p29 & y15;
        long t3 = p6 & y6;
        long t4 = t3 ^ t2;
        long t5 = p30 & p12;
        long t6 = t5 ^ t2;
        long t7 = x1 & p23;
        long t8 = p5 & y1;
        long t9 = t8 ^ t7;
        long t10 = p15 & y7;
        long t11 = t10 ^ t7;
        long t12 = p25 & y11;
        long t13 = p28 & y17;
        long t14 = t13 ^ t12;
        long t15 = p27 & p10;
        long t16 = t15 ^ t12;
        long t17 = t4 ^ t14;
        long t18 = t6 ^ t16;
        long t19 = t9 ^ t14;
        long t20 = t11 ^ t16;
        long t21 = t17 ^ y20;
        long t22 = t18 ^ p14;
        long t23 = t19 ^ p17;
        long t24 = t20 ^ y18;
        long t25 = t21 ^ t22;
        long t26 = t21 & t23;
        long t27 = t24 ^ t26;
        long t28 = t25 & t27;
        long t29 = t28 ^ t22;
        long t30 = t23 ^ t24;
        long t31 = t22 ^ t26;
        long t32 = t31 & t30;
        long t33 = t32 ^ t24;
        long t34 = t23 ^ t33;
        long t35 = t27 ^ t33;
        long t36 = t24 & t35;
        long t37 = t36 ^ t34;
        long t38 = t27 ^ t36;
        long t39 = t29 & t38;
        long t40 = t25 ^ t39;
        long t41 = t40 ^ t37;
        long t42 = t29 ^ t33;
        long t43 = t29 ^ t40;
        long t44 = t33 ^ t37;
        long t45 = t42 ^ t41;
        long z0 = t44 & y15;
        long z1 = t37 & y6;
        long z2 = t33 & p12;
        long z3 = t43 & p23;
        long z4 = t40 & y1;
        long z5 = t29 & y7;
        long z6 = t42 & y11;
        long z7 = t45 & y17;
        long z8 = t41 & p10;
        long z9 = t44 & p29;
        long z10 = t37 & p6;
        long z11 = t33 & p30;
        long z12 = t43 & x1;
        long z13 = t40 & p5;
        long z14 = t29 & p15;
        long z15 = t42 & p25;
        long z16 = t45 & p28;
        long z17 = t41 & p27;
        long q0 = z0 ^ z10;
        long q1 = z9 ^ z15;
        long q2 = z5 ^ q0;
        long q3 = z4 ^ z6;
        long q4 = z13 ^ z14;
        long q5 = z17 ^ q1;
        long q6 = z8 ^ q2;
        long q7 = z7 ^ q4;
        long q8 = z1 ^ q6;
        long q9 = z11 ^ q3;
        long q10 = z16 ^ q1;
        long q11 = q8 ^ q10;
        long q12 = q5 ^ q7;
        long q13 = z3 ^ q3;
        long q14 = z13 ^ z15;
        long q15 = z12 ^ z16;
        long q16 = q12 ^ q13;
        long q17 = z2 ^ q7;
        long q18 = q4 ^ q9;
        long q19 = q2 ^ q9;
        long q20 = z11 ^ q5;
        long q21 = q14 ^ q15;
        long q22 = z6 ^ q12;
        long q23 = z3 ^ z7;
        long q24 = q11 ^ q23;
        long q25 = q8 ^ q18;
        long q26 = z1 ^ q22;
        long q27 = q17 ^ q19;
        long q28 = z10 ^ q16;
        long q29 = q0 ^ q26;
        long q30 = q3 ^ q11;
        s[at + 0] = ~q24;
        s[at + 1] = ~q25;
        s[at + 2] = q28;
        s[at + 3] = q20;
        s[at + 4] = ~q30;
        s[at + 5] = q29;
        s[at + 6] = ~q27;
        s[at + 7] = ~q21;
    }
}
