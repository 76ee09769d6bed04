package poyang.zkp.curves;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;

/// A pairing-friendly curve with its fields, groups and pairing.
public final class Curve {
    private static final BigInteger BN_X = new BigInteger("4965661367192848881");
    private static final BigInteger BLS_X = new BigInteger("-d201000000010000", 16);

    /// y² = x³ + 3 of EIP-196, named alt_bn128 or bn128 elsewhere.
    public static final Curve BN254 = new Curve(
            "bn254",
            "bn128",
            new Tower.Shape(
                    new Field4(new BigInteger(
                            "21888242871839275222246405745257275088696311157297823662689037894645226208583")),
                    9,
                    false),
            new Field4(new BigInteger("21888242871839275222246405745257275088548364400416034343698204186575808495617")),
            BN_X,
            3,
            new BigInteger[] {BigInteger.ONE, BigInteger.TWO},
            new BigInteger[] {
                new BigInteger("10857046999023057135944570762232829481370756359578518086990519993285655852781"),
                new BigInteger("11559732032986387107991004021392285783925812861821192530917403151452391805634"),
                new BigInteger("8495653923123431417604973247489272438418190587263600148770280649306958101930"),
                new BigInteger("4082367875863433681332203403145435568316851327593401208105741076214120093531")
            });

    /// y² = x³ + 4 of Zcash and RFC 9380.
    public static final Curve BLS12_381 = new Curve(
            "bls12381",
            "bls12381",
            new Tower.Shape(
                    new Field6(new BigInteger(
                            "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f624"
                                    + "1eabfffeb153ffffb9feffffffffaaab",
                            16)),
                    1,
                    true),
            new Field4(new BigInteger("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001", 16)),
            BLS_X,
            4,
            new BigInteger[] {
                new BigInteger(
                        "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac58"
                                + "6c55e83ff97a1aeffb3af00adb22c6bb",
                        16),
                new BigInteger(
                        "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3ed"
                                + "d03cc744a2888ae40caa232946c5e7e1",
                        16)
            },
            new BigInteger[] {
                new BigInteger(
                        "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d177"
                                + "0bac0326a805bbefd48056c8c121bdb8",
                        16),
                new BigInteger(
                        "13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049"
                                + "334cf11213945d57e5ac7d055d042b7e",
                        16),
                new BigInteger(
                        "0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c"
                                + "923ac9cc3baca289e193548608b82801",
                        16),
                new BigInteger(
                        "0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab"
                                + "3f370d275cec1da1aaa9075ff05f79be",
                        16)
            });

    private final String name;
    private final String foreignName;
    private final Tower.Shape shape;
    private final PrimeField scalars;
    private final BigInteger parameter;
    private final Group g1;
    private final Group g2;
    private final Domain.Roots roots;

    private Curve(
            String name,
            String foreignName,
            Tower.Shape shape,
            PrimeField scalars,
            BigInteger parameter,
            long b,
            BigInteger[] generator,
            BigInteger[] twistGenerator) {
        this.name = name;
        this.foreignName = foreignName;
        this.shape = shape;
        this.scalars = scalars;
        this.parameter = parameter;
        PrimeField base = shape.base();
        Group.Membership order = new Group.Membership.Order(scalars.modulus());
        BigInteger square = parameter.multiply(parameter);
        boolean bls = shape.multiplicativeTwist();
        long[] first = joined(base, generator);
        g1 = bls
                ? new Group(base, base.of(b), order, first).toldBy(square.negate(), false)
                : new Group(base, base.of(b), new Group.Membership.Whole(), first);
        BigInteger traceLessOne = bls ? parameter : square.multiply(BigInteger.valueOf(6));
        g2 = new Group(shape.quadratic(), shape.twistConstant(b), order, joined(base, twistGenerator))
                .toldBy(traceLessOne, true);
        roots = new Domain.Roots(scalars);
    }

    private static long[] joined(PrimeField base, BigInteger[] coordinates) {
        int n = base.longs();
        long[] point = new long[coordinates.length * n];
        for (int i = 0; i < coordinates.length; i++) {
            System.arraycopy(base.of(coordinates[i]), 0, point, i * n, n);
        }
        return point;
    }

    /// The curve of a name, ours or that of snarkjs.
    public static Optional<Curve> named(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        for (Curve curve : new Curve[] {BN254, BLS12_381}) {
            if (lower.equals(curve.name) || lower.equals(curve.foreignName)) {
                return Optional.of(curve);
            }
        }
        return Optional.empty();
    }

    /// The curve whose scalar field has this order.
    public static Optional<Curve> ofOrder(BigInteger order) {
        for (Curve curve : new Curve[] {BN254, BLS12_381}) {
            if (order.equals(curve.scalars.modulus())) {
                return Optional.of(curve);
            }
        }
        return Optional.empty();
    }

    public String name() {
        return name;
    }

    /// What snarkjs calls the curve.
    public String foreignName() {
        return foreignName;
    }

    /// The field of scalars and of circuits' values, of order r.
    public PrimeField scalars() {
        return scalars;
    }

    /// The field of G1's coordinates.
    public PrimeField base() {
        return shape.base();
    }

    /// The first group, for one thread at a time.
    public Group g1() {
        return g1.fork();
    }

    /// The second group, for one thread at a time.
    public Group g2() {
        return g2.fork();
    }

    /// The `2^power` roots of unity of the scalar field, and the transforms over them.
    public Domain domain(int power) {
        return new Domain(scalars, roots, power);
    }

    Domain.Roots roots() {
        return roots;
    }

    /// The largest power of {@link #domain}.
    public int powerMax() {
        return roots.powerMax();
    }

    /// A fresh pairing, for one thread at a time.
    public Pairing pairing() {
        return new Pairing(shape, parameter);
    }

    @Override
    public String toString() {
        return name;
    }
}
