package poyang.executor.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// What is written of runs on disk.
class DiskFactsTest {
    private static final JobFacts IN_MEMORY = new JobFacts(
            "j", 3, new PartyId("a"), new PartyId("b"), true, JobPlan.Collision.of("person", "citizen", "id", "vole"));

    private static byte[] encoded(JobFacts facts) {
        CanonicalWriter out = new CanonicalWriter("test");
        facts.write(out);
        return out.toArray();
    }

    private static JobFacts decoded(byte[] encoded) {
        return JobFacts.read(new CanonicalReader("test", encoded));
    }

    @Test
    void factsSayHowLargeBucketsAre() {
        JobFacts onDisk = IN_MEMORY.in(new JobFacts.Buckets(1 << 20, 3));
        assertEquals(onDisk, decoded(encoded(onDisk)));
        assertEquals(IN_MEMORY, decoded(encoded(IN_MEMORY)));
        assertNotEquals(onDisk, IN_MEMORY);
        assertEquals(IN_MEMORY, onDisk.in(JobFacts.Buckets.NONE));
        JobFacts first = IN_MEMORY.in(new JobFacts.Buckets(1 << 20, 0));
        assertEquals(first, decoded(encoded(first)));
        for (int lines : new int[] {65, 1 << 30}) {
            byte[] impossible = encoded(IN_MEMORY.in(new JobFacts.Buckets(1 << 20, lines)));
            assertThrows(PoyangException.class, () -> decoded(impossible), lines + " lines");
        }
    }

    /// Every byte of the facts changed: other facts, or refused.
    @Test
    void changedFactsAreOthersOrRefused() {
        JobFacts onDisk = IN_MEMORY.in(new JobFacts.Buckets(1 << 20, 3));
        byte[] good = encoded(onDisk);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 1;
            try {
                assertNotEquals(onDisk, decoded(bad));
            } catch (PoyangException e) {
                assertTrue(e.code().name().matches("BAD_ENCODING|BAD_NAME"), e.getMessage());
            }
        }
    }

    @Test
    void anOpeningHoldsWhatAnAttemptWentOnFrom() throws IOException {
        SeededRandom random = new SeededRandom(new byte[32], "disk-facts");
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        Opening.Entry.Carried carried = new Opening.Entry.Carried(Bytes.utf8("two buckets"));
        Bytes digest = Bytes.wrap(new byte[32]);
        Opening.Entry.Outcome outcome = new Opening.Entry.Outcome(digest, digest, digest, Bytes.empty());
        try (Opening.Writer writer = new Opening.Writer(sealed, key.publicKey(), random)) {
            writer.write(carried);
            writer.write(outcome);
        }
        Opening.Reader reader = new Opening.Reader(new ByteArrayInputStream(sealed.toByteArray()), key);
        assertEquals(Optional.of(carried), reader.next());
        assertEquals(Optional.of(outcome), reader.next());
        byte[] cut = Arrays.copyOf(sealed.toByteArray(), sealed.size() - 1);
        assertThrows(PoyangException.class, () -> {
            Opening.Reader broken = new Opening.Reader(new ByteArrayInputStream(cut), key);
            while (broken.next().isPresent()) {
                // to its end
            }
        });
    }

    /// The same over attempts of one job with one secret, and with no other.
    @Test
    void eachJobOfEachDataSetHasItsKey() {
        SeededRandom random = new SeededRandom(new byte[32], "work");
        byte[] secret = random.bytes(32);
        Workplace first = new Workplace(Path.of("a"), Optional.empty(), secret, random);
        Workplace later = new Workplace(Path.of("b"), Optional.of(Path.of("c")), secret, random);
        Workplace other = new Workplace(Path.of("a"), Optional.empty(), random.bytes(32), random);
        Bytes key = Bytes.wrap(first.keptKey("j"));
        assertEquals(16, key.length());
        assertEquals(key, Bytes.wrap(later.keptKey("j")));
        assertNotEquals(key, Bytes.wrap(first.keptKey("k")));
        assertNotEquals(key, Bytes.wrap(other.keptKey("j")));
    }
}
