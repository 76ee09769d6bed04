package poyang.executor.jobs;

import java.math.BigInteger;
import java.util.List;
import poyang.executor.job.ShownProof;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.zkp.uses.ProofOnRequest;

/// The two frames of a request for proofs.
final class ProofFrames {
    private static final String QUESTION = "poyang.proof-question.v1";
    private static final String ANSWER = "poyang.proof-answer.v1";
    private static final int NUMBER_BYTES = 100;
    private static final int PROOF_BYTES = 8192;
    private static final int VALUES_MAX = 1024;

    private ProofFrames() {}

    /// One whom the question is about.
    ///
    /// @param blind hides the name in the tag
    record Person(String name, BigInteger blind) {
        /// Without either.
        @Override
        public String toString() {
            return "Person";
        }
    }

    static byte[] question(List<Person> persons) {
        return new CanonicalWriter(QUESTION)
                .list(
                        persons,
                        (w, each) -> w.text(each.name()).text(each.blind().toString()))
                .toArray();
    }

    /// @throws PoyangException `PEER_MISBEHAVED` when it has another form
    static List<Person> question(byte[] frame, PartyId from) {
        try {
            CanonicalReader in = new CanonicalReader(QUESTION, frame);
            List<Person> persons = in.list(
                    ProofOnRequest.PERSONS_MAX,
                    r -> new Person(r.text(ProofJob.PERSON_BYTES), number(r.text(NUMBER_BYTES), from)));
            in.end();
            return persons;
        } catch (PoyangException otherForm) {
            throw accused(from, "the question has another form");
        }
    }

    static byte[] answer(List<ShownProof> proofs) {
        return new CanonicalWriter(ANSWER)
                .list(proofs, (w, each) -> w.text(each.proof()).list(each.publicValues(), CanonicalWriter::text))
                .toArray();
    }

    /// @throws PoyangException `PEER_MISBEHAVED` when it has another form
    static List<ShownProof> answer(byte[] frame, PartyId from) {
        try {
            CanonicalReader in = new CanonicalReader(ANSWER, frame);
            List<ShownProof> proofs = in.list(
                    ProofOnRequest.PERSONS_MAX,
                    r -> new ShownProof(r.text(PROOF_BYTES), r.list(VALUES_MAX, each -> each.text(NUMBER_BYTES))));
            in.end();
            return proofs;
        } catch (PoyangException otherForm) {
            throw accused(from, "the answer has another form");
        }
    }

    static BigInteger number(String digits, PartyId from) {
        if (!digits.matches("0|[1-9][0-9]{0,99}")) {
            throw accused(from, "a number is not in its shortest form");
        }
        return new BigInteger(digits);
    }

    static PoyangException accused(PartyId from, String wrong) {
        return PoyangException.accusing(
                from,
                KernelErrors.PEER_MISBEHAVED,
                wrong,
                "an executor of one release that follows the protocol is needed");
    }
}
