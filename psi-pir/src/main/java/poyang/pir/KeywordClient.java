package poyang.pir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import poyang.crypto.curve.Sm2Group;
import poyang.crypto.curve.Sm2Point;
import poyang.crypto.curve.Sm2Secret;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// The asker's side of reading records by keyword.
///
/// ```
/// asker                                    holder
///   r·H(x) for each keyword           →
///                                     ←      k·r·H(x) for each, proof that k is the form's
///   y = F_k(x); a query for the row
///   of each of its records            →
///                                     ←      an answer for each query
///   each row checked against the form's root, its entries opened with y
/// ```
///
/// What the asker sends has lengths that depend on the number of keywords only. Should a check
/// fail, the asker goes on all the same (for rows drawn at random when it has no value) and says so
/// at the end, to its own side: a holder that spoils some answers does not learn from the asker
/// whether it spoilt this one.
///
/// - rejects: frames of other lengths than the form gives (`BAD_FRAME`), which tell the holder
///   nothing that it did not know
/// - secrecy: blinding is perfect, queries hide under ring-LWE; see {@link RowClient}
public final class KeywordClient {
    private final KeywordForm form;
    private final Sm2Point publicKey;
    private final RowClient rows;

    public KeywordClient(KeywordForm form) {
        this.form = form;
        publicKey =
                Sm2Point.decode(form.publicKey().toArray()).orElseThrow(() -> new Bug("a form has a key on the curve"));
        rows = new RowClient(form.rows(), form.rowBytes(), form.seed().toArray());
    }

    /// What a look-up of one keyword came to.
    public sealed interface Outcome {
        /// The keyword's records, at least one.
        record Found(List<Bytes> records) implements Outcome {}

        /// The committed table has no record of the keyword.
        record Absent() implements Outcome {}

        /// The holder's answer is not that of the committed table.
        ///
        /// @param reason for a complaint to the supervisor, never for the holder
        record Complaint(String reason) implements Outcome {}
    }

    /// A look-up under way: call `blinded`, `queries` and `outcomes` in this order, once each.
    public final class Lookup implements AutoCloseable {
        private final List<byte[]> keywords;
        private final RandomSource random;
        private final List<Sm2Secret> blinds = new ArrayList<>();
        private final List<Sm2Secret> unblinds = new ArrayList<>();
        private final List<RowClient.Asked> asked = new ArrayList<>();
        private final List<Integer> askedRows = new ArrayList<>();
        private byte[] blinded = new byte[0];
        private List<byte[]> values = List.of();
        private boolean trusted;

        private Lookup(List<byte[]> keywords, RandomSource random) {
            this.keywords = keywords;
            this.random = random;
        }

        /// First frame: the blinded keywords.
        public byte[] blinded() {
            RandomSource source = random.fork("blinds");
            byte[] out = new byte[keywords.size() * EqualityProof.POINT_BYTES];
            for (int i = 0; i < keywords.size(); i++) {
                draw(source);
                long[] hashed = KeywordPrf.hash(List.of(keywords.get(i)));
                try (var scalar = blinds.getLast().scalar()) {
                    byte[] point = Sm2Group.encode(Sm2Group.multiply(hashed, scalar));
                    System.arraycopy(point, 0, out, i * EqualityProof.POINT_BYTES, EqualityProof.POINT_BYTES);
                }
            }
            blinded = out;
            return out.clone();
        }

        private void draw(RandomSource source) {
            while (true) {
                Sm2Secret blind = Sm2Secret.random(source);
                Optional<Sm2Secret> unblind = blind.reciprocal();
                if (unblind.isPresent()) {
                    blinds.add(blind);
                    unblinds.add(unblind.get());
                    return;
                }
                blind.close();
            }
        }

        /// Second frame: the queries.
        ///
        /// @throws PoyangException `BAD_FRAME` for a frame of another length
        public byte[] queries(byte[] evaluated) {
            int pointBytes = keywords.size() * EqualityProof.POINT_BYTES;
            if (evaluated.length != pointBytes + EqualityProof.BYTES) {
                throw new PoyangException(
                        PirErrors.BAD_FRAME,
                        "an evaluation of " + keywords.size() + " keywords has " + evaluated.length + " bytes",
                        (pointBytes + EqualityProof.BYTES) + " bytes are right");
            }
            Optional<List<Sm2Point>> points = HolderKey.points(evaluated, keywords.size());
            Optional<List<Sm2Point>> own = HolderKey.points(blinded, keywords.size());
            byte[] proof = Arrays.copyOfRange(evaluated, pointBytes, evaluated.length);
            trusted = points.isPresent() && EqualityProof.holds(publicKey, own.orElseThrow(), points.get(), proof);
            values = values(trusted ? evaluated : blinded);
            RandomSource source = random.fork("queries");
            int each = rows.queryBytes();
            byte[] out = new byte[values.size() * each];
            for (int i = 0; i < values.size(); i++) {
                int row = KeywordPrf.row(values.get(i), form.placement(), form.rows());
                askedRows.add(row);
                asked.add(rows.ask(row, source.fork("query-" + i)));
                System.arraycopy(asked.get(i).frame(), 0, out, i * each, each);
            }
            return out;
        }

        /// y_i of each keyword and record. From points that are not to be trusted come values that
        /// are as good as random, so that the queries go on.
        private List<byte[]> values(byte[] points) {
            List<byte[]> all = new ArrayList<>();
            for (int i = 0; i < keywords.size(); i++) {
                int at = i * EqualityProof.POINT_BYTES;
                long[] point = Sm2Group.decode(Arrays.copyOfRange(points, at, at + EqualityProof.POINT_BYTES))
                        .orElseThrow();
                try (var scalar = unblinds.get(i).scalar()) {
                    byte[] value = KeywordPrf.value(keywords.get(i), Sm2Group.encode(Sm2Group.multiply(point, scalar)));
                    for (int number = 0; number < form.recordsPerKeyword(); number++) {
                        all.add(KeywordPrf.ofRecord(value, number));
                    }
                }
            }
            return all;
        }

        /// What came of each keyword, in their order.
        ///
        /// @throws PoyangException `BAD_FRAME` for a frame of another length
        public List<Outcome> outcomes(byte[] answers) {
            int each = rows.answerBytes();
            if (answers.length != asked.size() * each) {
                throw new PoyangException(
                        PirErrors.BAD_FRAME,
                        "the answers to " + asked.size() + " queries have " + answers.length + " bytes",
                        (asked.size() * each) + " bytes are right");
            }
            List<Outcome> outcomes = new ArrayList<>();
            for (int keyword = 0; keyword < keywords.size(); keyword++) {
                outcomes.add(outcome(answers, keyword));
            }
            return List.copyOf(outcomes);
        }

        private Outcome outcome(byte[] answers, int keyword) {
            List<Bytes> records = new ArrayList<>();
            boolean committed = true;
            for (int number = 0; number < form.recordsPerKeyword(); number++) {
                int i = keyword * form.recordsPerKeyword() + number;
                byte[] row = rows.open(asked.get(i), answers, i * rows.answerBytes());
                committed &= RowTree.holds(row, form.contentBytes(), askedRows.get(i), form.rows(), form.root());
                Entries.open(values.get(i), row, form).ifPresent(records::add);
            }
            if (!trusted) {
                return new Outcome.Complaint("the holder's evaluation is not that of the key in the form");
            }
            if (!committed) {
                return new Outcome.Complaint("a row is not that of the committed table");
            }
            return records.isEmpty() ? new Outcome.Absent() : new Outcome.Found(List.copyOf(records));
        }

        @Override
        public void close() {
            blinds.forEach(Sm2Secret::close);
            unblinds.forEach(Sm2Secret::close);
            asked.forEach(RowClient.Asked::close);
            values.forEach(value -> Arrays.fill(value, (byte) 0));
        }
    }

    /// Begins a look-up.
    ///
    /// @param keywords 1 to 1,024, of 1 to 1,024 bytes each
    /// @param random of this look-up alone; never the same twice
    /// @throws PoyangException `RECORD_REFUSED`
    public Lookup lookup(List<byte[]> keywords, RandomSource random) {
        boolean possible = !keywords.isEmpty()
                && keywords.size() <= HolderKey.KEYWORDS_MAX
                && keywords.stream().allMatch(word -> word.length >= 1 && word.length <= KeywordPrf.KEY_BYTES_MAX);
        if (!possible) {
            throw new PoyangException(
                    PirErrors.RECORD_REFUSED,
                    keywords.size() + " keywords are to be looked up",
                    "1 to " + HolderKey.KEYWORDS_MAX + " keywords of 1 to " + KeywordPrf.KEY_BYTES_MAX
                            + " bytes are possible");
        }
        return new Lookup(keywords.stream().map(byte[]::clone).toList(), random);
    }
}
