package poyang.chain.consensus;

import java.nio.charset.StandardCharsets;
import java.util.List;
import poyang.crypto.CryptoSuite;
import poyang.crypto.Signature;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// What validators say to each other to spread batches. The transport authenticates the sender.
public sealed interface DisseminationMessage {
    /// The author spreads a batch; or somebody answers a question for it.
    record Carried(Batch batch) implements DisseminationMessage {}

    /// The sender holds a batch. For its author.
    ///
    /// @param signature over {@link BatchCertificate#message}
    record Held(Bytes batch, Signature signature) implements DisseminationMessage {}

    /// A batch can be ordered.
    record Certified(BatchCertificate certificate) implements DisseminationMessage {}

    /// Asks for batches.
    record Wanted(List<Bytes> batches) implements DisseminationMessage {
        static final int MOST = 256;

        public Wanted {
            batches = List.copyOf(batches);
        }
    }

    /// The canonical form.
    default byte[] encoded() {
        return switch (this) {
            case Carried(Batch batch) ->
                new CanonicalWriter("poyang.spread.carried.v1")
                        .bytes(batch.encoded())
                        .toArray();
            case Held(Bytes batch, Signature signature) ->
                new CanonicalWriter("poyang.spread.held.v1")
                        .bytes(batch)
                        .bytes(signature.encoded())
                        .toArray();
            case Certified(BatchCertificate certificate) ->
                new CanonicalWriter("poyang.spread.certified.v1")
                        .bytes(certificate.encoded())
                        .toArray();
            case Wanted(List<Bytes> batches) ->
                new CanonicalWriter("poyang.spread.wanted.v1")
                        .list(batches, CanonicalWriter::bytes)
                        .toArray();
        };
    }

    /// @throws PoyangException `BAD_ENCODING` for anything but the canonical form of a message
    static DisseminationMessage decode(byte[] encoded) {
        if (encoded.length < 8) {
            throw new PoyangException(KernelErrors.BAD_ENCODING, "the message ends early", "a whole message is needed");
        }
        String kind = new String(encoded, 4, Math.min(encoded.length - 4, 26), StandardCharsets.ISO_8859_1);
        if (kind.startsWith("poyang.spread.carried.v1")) {
            CanonicalReader in = new CanonicalReader("poyang.spread.carried.v1", encoded);
            Carried carried = new Carried(Batch.decode(in.array(Batch.MOST_BYTES + (1 << 14))));
            in.end();
            return carried;
        }
        if (kind.startsWith("poyang.spread.held.v1")) {
            CanonicalReader in = new CanonicalReader("poyang.spread.held.v1", encoded);
            Held held = new Held(
                    in.exactly(CryptoSuite.DIGEST_BYTES),
                    Signature.decode(in.exactly(Signature.ENCODED_BYTES).toArray()));
            in.end();
            return held;
        }
        if (kind.startsWith("poyang.spread.certified.v1")) {
            CanonicalReader in = new CanonicalReader("poyang.spread.certified.v1", encoded);
            Certified certified = new Certified(BatchCertificate.decode(in.array(1 << 17)));
            in.end();
            return certified;
        }
        CanonicalReader in = new CanonicalReader("poyang.spread.wanted.v1", encoded);
        Wanted wanted = new Wanted(in.list(Wanted.MOST, r -> r.exactly(CryptoSuite.DIGEST_BYTES)));
        in.end();
        return wanted;
    }
}
