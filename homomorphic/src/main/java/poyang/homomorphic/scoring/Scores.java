package poyang.homomorphic.scoring;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;

/// The scores of rows, kept as residues modulo each plaintext prime.
public final class Scores {
    private final long[][] residues;
    private final int decimals;
    private final BigInteger product;
    private final BigInteger[] weights;

    /// @param residues by prime and row; the caller gives them up
    Scores(List<Long> primes, long[][] residues, int decimals) {
        this.residues = residues;
        this.decimals = decimals;
        product = primes.stream().map(BigInteger::valueOf).reduce(BigInteger.ONE, BigInteger::multiply);
        weights = primes.stream()
                .map(BigInteger::valueOf)
                .map(p -> product.divide(p).multiply(product.divide(p).modInverse(p)))
                .toArray(BigInteger[]::new);
    }

    public int size() {
        return residues[0].length;
    }

    /// The exact score of a row.
    public BigDecimal at(int row) {
        BigInteger sum = BigInteger.ZERO;
        for (int i = 0; i < weights.length; i++) {
            sum = sum.add(weights[i].multiply(BigInteger.valueOf(residues[i][row])));
        }
        BigInteger value = sum.mod(product);
        boolean negative = value.shiftLeft(1).compareTo(product) > 0;
        return new BigDecimal(negative ? value.subtract(product) : value, decimals);
    }

    @Override
    public String toString() {
        return "Scores[" + size() + "]";
    }
}
