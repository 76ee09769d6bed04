package poyang.zkp.systems;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import poyang.kernel.PoyangException;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Group;
import poyang.zkp.curves.PrimeField;

/// The JSON of snarkjs: numbers as decimal strings, points with a third coordinate that is one, or zero at
/// infinity. What has another shape is unreadable; a number or point that is not canonical is refused.
final class ForeignText {
    private static final Pattern DECIMAL = Pattern.compile("0|[1-9][0-9]{0,250}");

    private final Json.Members members;
    private final String what;

    private ForeignText(Json.Members members, String what) {
        this.members = members;
        this.what = what;
    }

    static ForeignText object(String source, String what) {
        if (Json.read(source, what) instanceof Json.Members members) {
            return new ForeignText(members, what);
        }
        throw ZkpErrors.unreadable(what + " is no JSON object", "give the file as snarkjs writes it");
    }

    /// The public values of a list; refuses what is not below the field's order.
    static List<BigInteger> publicValues(String source, PrimeField field) {
        List<BigInteger> values = new ArrayList<>();
        if (Json.read(source, "the list of public values") instanceof Json.Items items) {
            for (Json.Value item : items.all()) {
                values.add(number(item, "public value " + (values.size() + 1), field));
            }
            return values;
        }
        throw ZkpErrors.unreadable("the list of public values is no JSON array", "give the file as snarkjs writes it");
    }

    private PoyangException missing(String name, String right) {
        return ZkpErrors.unreadable(what + " has no fit \"" + name + "\"", right);
    }

    private Json.Value member(String name) {
        Json.Value value = members.byName().get(name);
        if (value == null) {
            throw missing(name, "give the file as snarkjs writes it");
        }
        return value;
    }

    String text(String name) {
        if (member(name) instanceof Json.Text text) {
            return text.value();
        }
        throw missing(name, "it is a string");
    }

    int whole(String name, int max) {
        if (member(name) instanceof Json.Whole whole && whole.digits().length() < 10) {
            int value = Integer.parseInt(whole.digits());
            if (value <= max) {
                return value;
            }
        }
        throw missing(name, "it is a number up to " + max);
    }

    /// The curve, of a text that is of the proof system `protocol`.
    Curve curve(String protocol) {
        if (!text("protocol").equals(protocol)) {
            throw ZkpErrors.unreadable(
                    what + " is of the system " + text("protocol"), "give one of " + protocol + ", or name its system");
        }
        return Curve.named(text("curve")).orElseThrow(() -> missing("curve", "the curves are bn128 and bls12381"));
    }

    long[] scalar(String name, Curve curve) {
        return curve.scalars().of(number(member(name), name, curve.scalars()));
    }

    long[] g1(String name, Curve curve, boolean infinityAllowed) {
        return point(member(name), name, curve.g1(), curve.base(), 1, infinityAllowed);
    }

    long[] g2(String name, Curve curve) {
        return point(member(name), name, curve.g2(), curve.base(), 2, false);
    }

    List<long[]> g1List(String name, Curve curve) {
        if (member(name) instanceof Json.Items items) {
            List<long[]> points = new ArrayList<>();
            for (Json.Value item : items.all()) {
                points.add(point(item, name + "[" + points.size() + "]", curve.g1(), curve.base(), 1, true));
            }
            return points;
        }
        throw missing(name, "it is a list of points");
    }

    private long[] point(
            Json.Value value, String name, Group group, PrimeField base, int degree, boolean infinityAllowed) {
        if (!(value instanceof Json.Items items) || items.all().size() != 3) {
            throw missing(name, "a point has three coordinates");
        }
        BigInteger[] x = coordinate(items.all().get(0), name, base, degree);
        BigInteger[] y = coordinate(items.all().get(1), name, base, degree);
        BigInteger[] z = coordinate(items.all().get(2), name, base, degree);
        int n = base.longs();
        long[] point = new long[group.affineLongs()];
        if (isConstant(z, BigInteger.ZERO)) {
            if (!infinityAllowed) {
                throw new Refused(name + " is the point at infinity");
            }
            if (!isConstant(x, BigInteger.ZERO) || !isConstant(y, BigInteger.ONE)) {
                throw new Refused(name + " is not the canonical point at infinity");
            }
            return point;
        }
        if (!isConstant(z, BigInteger.ONE)) {
            throw new Refused(name + " is not affine: its third coordinate is not one");
        }
        for (int i = 0; i < degree; i++) {
            System.arraycopy(base.of(x[i]), 0, point, i * n, n);
            System.arraycopy(base.of(y[i]), 0, point, (degree + i) * n, n);
        }
        if (group.isInfinity(point, 0) || !group.isOnCurve(point, 0)) {
            throw new Refused(name + " is not on the curve");
        }
        if (!group.contains(point, 0)) {
            throw new Refused(name + " is not in the subgroup of order r");
        }
        return point;
    }

    private static boolean isConstant(BigInteger[] coordinate, BigInteger value) {
        return coordinate[0].equals(value) && (coordinate.length == 1 || coordinate[1].signum() == 0);
    }

    private BigInteger[] coordinate(Json.Value value, String name, PrimeField base, int degree) {
        if (degree == 1) {
            return new BigInteger[] {number(value, name, base)};
        }
        if (value instanceof Json.Items items && items.all().size() == degree) {
            BigInteger[] parts = new BigInteger[degree];
            for (int i = 0; i < degree; i++) {
                parts[i] = number(items.all().get(i), name, base);
            }
            return parts;
        }
        throw missing(name, "a coordinate in G2 has two parts");
    }

    private static BigInteger number(Json.Value value, String name, PrimeField field) {
        if (!(value instanceof Json.Text text)) {
            throw ZkpErrors.unreadable(name + " is not written as a string", "numbers are decimal strings");
        }
        if (!DECIMAL.matcher(text.value()).matches()) {
            throw new Refused(name + " is no decimal number in its shortest form");
        }
        BigInteger number = new BigInteger(text.value());
        if (number.compareTo(field.modulus()) >= 0) {
            throw new Refused(name + " is not canonical: it is not below the order of the field");
        }
        return number;
    }
}
