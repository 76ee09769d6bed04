package poyang.homomorphic.paillier;

/// How hard a key is to break. The modulus sizes and their security are those of NIST SP 800-57
/// part 1, table 2; the subgroup of the randomness has four times the security's bits, as Ma, Han
/// and Wang derive (ACSAC 2021, section 4.3). A modulus of 1,024 bits has no name here.
public enum PaillierStrength {
    /// 2,048 bits: below the 128 bits that everything else here has; for what is old already.
    LEGACY_112_BITS(2048, 448),
    /// 3,072 bits: the default.
    STANDARD_128_BITS(3072, 512),
    /// 4,096 bits, about 150 bits of security.
    STRONG_150_BITS(4096, 640);

    private final int modulusBits;
    private final int randomBits;

    PaillierStrength(int modulusBits, int randomBits) {
        this.modulusBits = modulusBits;
        this.randomBits = randomBits;
    }

    public int modulusBits() {
        return modulusBits;
    }

    /// Bits of an encryption's randomness.
    int randomBits() {
        return randomBits;
    }
}
