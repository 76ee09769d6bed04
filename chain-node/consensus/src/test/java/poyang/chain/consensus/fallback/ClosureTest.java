package poyang.chain.consensus.fallback;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.crypto.Signature;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode.Category;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.simulation.Mangled;
import poyang.simulation.Property;

/// What a leader of the agreement offers is a closure, or is refused by its decoder and by nothing else.
final class ClosureTest {
    private static final Bytes HASH = Sm3.hash(new byte[] {7});

    @Test
    void mangledClosuresAndClaimsAreRefusedOrOtherOnes() {
        Claim claim = new Claim(9, HASH, Bytes.utf8("certificate"));
        Signature signature = new Signature(HASH.concat(HASH), 1);
        Closure closure = new Closure(
                List.of(
                        new Closure.Word(new PartyId("validator-1"), 9, HASH, signature),
                        new Closure.Word(new PartyId("validator-2"), 4, HASH, signature)),
                claim);
        assertEquals(closure, Closure.decode(closure.encoded().toArray()));
        assertEquals(claim, Claim.decode(claim.encoded()));
        List<byte[]> samples = List.of(closure.encoded().toArray(), claim.encoded());
        Property.seeds(1_000).check(seed -> {
            byte[] bytes = new Mangled(seed, samples).next();
            try {
                assertEquals(Bytes.wrap(bytes), Closure.decode(bytes).encoded());
            } catch (PoyangException e) {
                assertEquals(Category.BAD_INPUT, e.code().category());
            }
            try {
                assertEquals(Bytes.wrap(bytes), Bytes.wrap(Claim.decode(bytes).encoded()));
            } catch (PoyangException e) {
                assertEquals(Category.BAD_INPUT, e.code().category());
            }
        });
    }
}
