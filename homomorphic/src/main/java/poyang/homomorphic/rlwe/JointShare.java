package poyang.homomorphic.rlwe;

import java.util.List;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;

/// What one party sends to make or use a joint key, for one step and one subject.
public final class JointShare {
    private static final String DOMAIN = "poyang.rlwe.joint-share.v1";

    private final Bytes subject;
    private final List<double[][]> elements;

    JointShare(Bytes subject, List<double[][]> elements) {
        this.subject = subject;
        this.elements = List.copyOf(elements);
    }

    Bytes subject() {
        return subject;
    }

    List<double[][]> elements() {
        return elements;
    }

    public Bytes encode(RlweParameters of) {
        CanonicalWriter writer = Codec.begin(DOMAIN, of.chain()).bytes(subject);
        writer.list(elements, (to, rows) -> Codec.writeRows(to.u8(rows.length), of.chain(), rows));
        return writer.toBytes();
    }

    /// @throws PoyangException `BAD_ENCODING` or `BAD_CIPHERTEXT` for anything but a share's bytes
    public static JointShare decode(RlweParameters of, Bytes encoded) {
        CanonicalReader reader = Codec.open(DOMAIN, of.chain(), encoded.toArray());
        Bytes subject = reader.exactly(Sm3.DIGEST_BYTES);
        int elementsMax = of.chain().levels() * 2 * Integer.SIZE;
        List<double[][]> elements = reader.list(elementsMax, each -> {
            int rows = each.u8();
            if (rows < 1 || rows > of.chain().levels() + 1) {
                throw Codec.bad("an element has " + rows + " primes");
            }
            return Codec.readRows(each, of.chain(), rows);
        });
        reader.end();
        return new JointShare(subject, elements);
    }

    @Override
    public String toString() {
        return "JointShare[" + elements.size() + " elements]";
    }
}
