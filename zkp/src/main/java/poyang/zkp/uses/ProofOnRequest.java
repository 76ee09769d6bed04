package poyang.zkp.uses;

import java.math.BigInteger;
import java.util.List;

/// One department proves to another a statement about what it has committed to: the descriptor of the exchange.
///
/// - computes: a question, which is empty or says whom it is about, and the answer, a proof for each of them or one
/// - secrecy: the asker learns the statement's public values; of a list the prover learns who is asked about, and the
///   tag of each is hidden by a blind of the asker. Proof and public values are for everybody
/// - security: that of the proof system against a prover that lies, whatever it does; of a prover's rows against an
///   asker that does whatever it likes
/// - cost: {@link #ROUNDS} frames
public final class ProofOnRequest {
    public static final int ID = 49;
    public static final int VERSION = 1;
    public static final String NAME = "zk-proof";
    public static final int ROUNDS = 2;

    /// Whom a question may be about at most.
    public static final int PERSONS_MAX = 16;

    public static final String ASKER_LEARNS = "{statement}，附人人可验的证明，此外一无所知";
    public static final String ASKER_LEARNS_ENGLISH =
            "{statement}, with a proof that anybody can verify, and nothing else";
    public static final String PROVER_LEARNS = "{asked}；链上所有账户都能看到证明及其公开值";
    public static final String PROVER_LEARNS_ENGLISH =
            "{asked}; every account of the chain sees the proof and its public values";

    private ProofOnRequest() {}

    /// The statement that is asked for of a published commitment.
    ///
    /// @throws poyang.kernel.PoyangException `BAD_CIRCUIT_INPUTS` when nothing of the kind can be stated of it
    public static Statement statement(String commitment, List<String> conditions, List<Long> limits, String purpose) {
        Commitment read = Commitment.read(commitment);
        boolean fits = switch (read.kind()) {
            case RECORDS -> limits.isEmpty();
            case COLUMN -> conditions.isEmpty() && purpose.isEmpty();
            case LIST -> conditions.isEmpty() && limits.isEmpty();
            case SIGNED -> false;
        };
        if (!fits) {
            throw Column.wrong(
                    "what is asked cannot be proven of such a commitment",
                    "of records conditions and a purpose, of a column limits, of a list a purpose are needed; a signed"
                            + " record is its holder's to prove from");
        }
        return switch (read.kind()) {
            case RECORDS, SIGNED ->
                new Statement.Qualified(
                        read,
                        conditions.stream()
                                .map(condition -> Condition.read(condition, read.columns()))
                                .toList(),
                        purpose);
            case COLUMN ->
                new Statement.Described(
                        read, limits.stream().map(BigInteger::valueOf).toList());
            case LIST -> new Statement.Listed(read, purpose);
        };
    }
}
