package poyang.homomorphic.paillier;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.PoyangException;

/// Many fixed-point numbers in one plaintext: number i, times 2^fraction bits, stands at bit
/// i·width. Sums of plaintexts are sums of all their numbers while none outgrows its width.
///
/// @param fractionBits binary places that are kept
/// @param valueBits bits before the binary point that a number may have
/// @param sums how many packed plaintexts are ever added
public record PaillierPacking(int fractionBits, int valueBits, int sums) {
    public PaillierPacking {
        if (fractionBits < 0 || valueBits < 1 || sums < 1 || fractionBits + valueBits > 512) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_PARAMETERS,
                    "numbers of " + valueBits + " and " + fractionBits + " bits cannot be packed",
                    "1 to 512 bits together, and one sum or more, are possible");
        }
    }

    int widthBits() {
        return fractionBits + valueBits + Integer.SIZE - Integer.numberOfLeadingZeros(sums) + 1;
    }

    /// How many numbers one plaintext holds.
    public int capacity(PaillierPublicKey key) {
        return (key.modulus().bitLength() - 2) / widthBits();
    }

    /// @throws PoyangException `BAD_PLAINTEXT` when there are too many or one is too large
    public BigInteger pack(PaillierPublicKey key, List<BigDecimal> numbers) {
        if (numbers.size() > capacity(key)) {
            throw bad(numbers.size() + " numbers", "at most " + capacity(key) + " fit");
        }
        BigInteger packed = BigInteger.ZERO;
        BigInteger bound = BigInteger.ONE.shiftLeft(fractionBits + valueBits);
        for (int i = numbers.size() - 1; i >= 0; i--) {
            BigInteger fixed = numbers.get(i)
                    .multiply(new BigDecimal(BigInteger.ONE.shiftLeft(fractionBits)))
                    .setScale(0, RoundingMode.HALF_EVEN)
                    .toBigInteger();
            if (fixed.abs().compareTo(bound) >= 0) {
                throw bad("number " + i, "magnitudes below 2^" + valueBits + " do");
            }
            packed = packed.shiftLeft(widthBits()).add(fixed);
        }
        return packed;
    }

    private static PoyangException bad(String wrong, String right) {
        return new PoyangException(HomomorphicErrors.BAD_PLAINTEXT, wrong + " cannot be packed", right);
    }

    /// The first `count` numbers of a plaintext or a sum of plaintexts.
    public List<BigDecimal> unpack(BigInteger packed, int count) {
        BigInteger size = BigInteger.ONE.shiftLeft(widthBits());
        BigDecimal unit = new BigDecimal(BigInteger.ONE.shiftLeft(fractionBits));
        List<BigDecimal> numbers = new ArrayList<>();
        BigInteger rest = packed;
        for (int i = 0; i < count; i++) {
            BigInteger fixed = rest.mod(size);
            if (fixed.compareTo(size.shiftRight(1)) >= 0) {
                fixed = fixed.subtract(size);
            }
            numbers.add(new BigDecimal(fixed).divide(unit));
            rest = rest.subtract(fixed).shiftRight(widthBits());
        }
        return List.copyOf(numbers);
    }
}
