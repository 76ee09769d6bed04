package poyang.zkp.uses;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import poyang.crypto.Signature;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.zkp.circuits.Disclosure;
import poyang.zkp.circuits.Sm2Gadget;

/// One record with the signature of the department that vouches for it. Whoever holds it proves facts about it, to
/// anyone who knows the department's key, without showing record or signature.
///
/// - computes: a signature of SM2 over form ‖ Poseidon2(fields, salt)
/// - secrecy: all of it is the holder's; two proofs of one record have nothing in common
public final class SignedRecord {
    private static final Pattern FORM = Pattern.compile("""
            poyang-signed-record: 1
            columns: ([^\n]{1,4096})
            salt: (0|[1-9][0-9]{0,80})
            signature: ([0-9a-f]{128})
            cells:
            ((?:[^\n]*\n)+)""");

    private final List<Column> columns;
    private final List<String> cells;
    private final BigInteger salt;
    private final Bytes signature;

    private SignedRecord(List<Column> columns, List<String> cells, BigInteger salt, Bytes signature) {
        this.columns = List.copyOf(columns);
        this.cells = List.copyOf(cells);
        this.salt = salt;
        this.signature = signature;
        if (columns.size() != cells.size() || cells.stream().anyMatch(cell -> cell.indexOf('\n') >= 0)) {
            throw Column.wrong(
                    "there are " + cells.size() + " cells for " + columns.size() + " columns",
                    "one of one line is needed for each column");
        }
    }

    /// Signs a record.
    ///
    /// @param form what {@link Commitment#signedBy} gave for the key
    public static SignedRecord issue(Commitment form, List<String> cells, Sm2PrivateKey key, RandomSource random) {
        if (!form.signer().equals(key.publicKey())) {
            throw Column.wrong("the key is another one than the form's", "sign with the key that the form names");
        }
        List<BigInteger> fields = fields(form.columns(), cells);
        BigInteger salt = BigInteger.ZERO;
        BigInteger commitment = form.curve().scalars().modulus();
        // Every second salt or so gives a commitment with its highest bit unset.
        while (commitment.bitLength() > AttestedCircuit.bits(form)) {
            salt = CommittedRecords.scalar(form.curve(), random);
            commitment = Disclosure.commitment(form.curve(), fields, salt);
        }
        Signature signature = key.sign(message(form, commitment));
        return new SignedRecord(form.columns(), cells, salt, signature.rs());
    }

    private static byte[] message(Commitment form, BigInteger commitment) {
        byte[] octets = new byte[32];
        byte[] plain = commitment.toByteArray();
        System.arraycopy(plain, 0, octets, octets.length - plain.length, plain.length);
        return form.form().concat(Bytes.wrap(octets)).toArray();
    }

    private static List<BigInteger> fields(List<Column> columns, List<String> cells) {
        List<BigInteger> fields = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            fields.add(columns.get(i).element(cells.get(i)));
        }
        return fields;
    }

    /// The one form of its file, which is for the holder alone.
    public String text() {
        return "poyang-signed-record: 1\ncolumns: "
                + String.join(",", columns.stream().map(Column::text).toList()) + "\nsalt: " + salt + "\nsignature: "
                + signature.hex() + "\ncells:\n" + String.join("\n", cells) + "\n";
    }

    /// Reads what {@link #text} wrote.
    ///
    /// @throws PoyangException `BAD_CIRCUIT_INPUTS` when it is no such file
    public static SignedRecord read(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw Column.wrong("the text is no signed record", "give the file that `zkp issue` wrote, unchanged");
        }
        String cells = parts.group(4);
        return new SignedRecord(
                Arrays.stream(parts.group(1).split(",", -1)).map(Column::read).toList(),
                List.of(cells.substring(0, cells.length() - 1).split("\n", -1)),
                new BigInteger(parts.group(2)),
                Bytes.fromHex(parts.group(3)));
    }

    /// Is it signed by the statement's department, in its form?
    public boolean isOf(Commitment form) {
        return columns.equals(form.columns())
                && salt.compareTo(form.curve().scalars().modulus()) < 0
                && form.signer()
                        .verifyWithoutParity(
                                message(form, Disclosure.commitment(form.curve(), fields(columns, cells), salt)),
                                signature.toArray());
    }

    /// The inputs that show a statement of the record; they need not satisfy it.
    ///
    /// @throws PoyangException `BAD_CIRCUIT_INPUTS` when the record is none of the department's
    public Map<String, BigInteger> inputs(Statement.Attested statement) {
        if (!isOf(statement.commitment())) {
            throw Column.wrong(
                    "the record is not signed by this department in this form",
                    "give the record and the file that `zkp issue` wrote with it");
        }
        Map<String, BigInteger> inputs = new LinkedHashMap<>();
        List<BigInteger> fixed = statement.fixedValues();
        inputs.put("purpose", fixed.get(0));
        CommittedRecords.put(inputs, "bound", fixed.subList(1, fixed.size()));
        CommittedRecords.put(inputs, "field", fields(columns, cells));
        inputs.put("salt", salt);
        CommittedRecords.put(inputs, "signature", Sm2Gadget.halves(new Signature(signature, 0)));
        return inputs;
    }

    /// Without what it holds.
    @Override
    public String toString() {
        return "SignedRecord[" + columns.size() + " columns]";
    }
}
