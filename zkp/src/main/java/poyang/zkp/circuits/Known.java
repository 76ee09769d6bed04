package poyang.zkp.circuits;

import java.math.BigInteger;

/// A variable whose value is known, while a witness is computed.
///
/// @param constant is it the same in every witness, by the way it was made
record Known(BigInteger value, boolean constant) implements Variable {
    @Override
    public String toString() {
        return "Known"; // values may be secret
    }
}
