package poyang.zkp.systems;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import poyang.kernel.PoyangException;
import poyang.zkp.curves.Curve;

/// A verification key of either proof system, read once, with what a verification under it costs.
public final class VerificationKey {
    /// What a key is of.
    public enum Kind {
        GROTH16,
        PLONK
    }

    private static final int PAIRING_UNITS = 10;
    private static final int GROUP2_UNITS = 3;
    private static final int PLONK_MULTIPLES = 18;
    private static final int PLONK_POINTS = 17;
    private static final Pattern DECIMAL = Pattern.compile("0|[1-9][0-9]{0,99}");

    private sealed interface Key {
        record OfGroth16(Groth16Key key) implements Key {}

        record OfPlonk(PlonkKey key) implements Key {}
    }

    private final Key key;

    private VerificationKey(Key key) {
        this.key = key;
    }

    /// Reads the JSON of snarkjs.
    ///
    /// - throws: `PROOF_FILE_UNREADABLE` when it is no key of the system, or holds what no honest set-up
    ///   writes, such as a point outside its group
    public static VerificationKey read(Kind system, String json) {
        try {
            return new VerificationKey(
                    switch (system) {
                        case GROTH16 -> new Key.OfGroth16(Groth16Key.read(json));
                        case PLONK -> new Key.OfPlonk(PlonkKey.read(json));
                    });
        } catch (Refused refused) {
            throw ZkpErrors.unreadable(
                    "the verification key is none: " + refused.reason(), "give the key that the set-up wrote");
        }
    }

    public Curve curve() {
        return switch (key) {
            case Key.OfGroth16(Groth16Key of) -> of.curve();
            case Key.OfPlonk(PlonkKey of) -> of.curve();
        };
    }

    /// How many public values a proof has.
    public int publicValues() {
        return switch (key) {
            case Key.OfGroth16(Groth16Key of) -> of.publicValues();
            case Key.OfPlonk(PlonkKey of) -> of.publicValues();
        };
    }

    /// The work of reading this key and verifying one proof, in multiplications of a point of G1 of
    /// BN254: a pairing counts as ten, a membership in G2 as three, and all twice over BLS12-381.
    public long cost() {
        long n = publicValues();
        long units = switch (key) {
            case Key.OfGroth16 _ -> 4 * PAIRING_UNITS + 4 * GROUP2_UNITS + 3 + 2 * (n + 1);
            case Key.OfPlonk _ -> 2 * PAIRING_UNITS + GROUP2_UNITS + PLONK_MULTIPLES + PLONK_POINTS + n;
        };
        return curve().base().longs() > 4 ? 2 * units : units;
    }

    /// The public values of a JSON list, each below the order of the key's scalar field.
    ///
    /// - throws: `PROOF_FILE_UNREADABLE` when it is no such list
    public List<BigInteger> readPublicValues(String json) {
        try {
            return ForeignText.publicValues(json, curve().scalars());
        } catch (Refused refused) {
            throw ZkpErrors.unreadable(
                    "the public values are none: " + refused.reason(), "give the file that the prover wrote");
        }
    }

    /// Verifies a proof; whatever text it is, the answer is a verdict.
    ///
    /// - rejects: as `Invalid`, all that {@link Groth16#verify} and {@link Plonk#verify} refuse, texts that
    ///   are no proof, and numbers that are not in their shortest form
    /// - secrecy: all inputs are public
    public Verdict verify(String proof, List<String> publicValues) {
        List<BigInteger> values = new ArrayList<>();
        for (String value : publicValues) {
            if (!DECIMAL.matcher(value).matches()) {
                return new Verdict.Invalid(
                        "public value " + (values.size() + 1) + " is no decimal number in its shortest form");
            }
            values.add(new BigInteger(value));
        }
        try {
            return switch (key) {
                case Key.OfGroth16(Groth16Key of) -> Groth16.verify(of, Groth16Proof.read(proof), values);
                case Key.OfPlonk(PlonkKey of) -> Plonk.verify(of, PlonkProof.read(proof), values);
            };
        } catch (Refused refused) {
            return new Verdict.Invalid(refused.reason());
        } catch (PoyangException unreadable) {
            return new Verdict.Invalid("the text is no proof of this system");
        }
    }
}
