package poyang.executor.job;

import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// One attempt of one job as one party sees it.
///
/// @param job id on the chain
/// @param attempt from 1
/// @param self the own department
/// @param peer the other department
/// @param receives whether this side gets the result
/// @param plan what is computed
public record JobFacts(String job, int attempt, PartyId self, PartyId peer, boolean receives, JobPlan plan) {
    private static final int LONGEST_TEXT = 1024;
    private static final int COLLISION = 1;

    void write(CanonicalWriter out) {
        out.text(job).u32(attempt).text(self.name()).text(peer.name()).flag(receives);
        switch (plan) {
            case JobPlan.Collision plan ->
                out.u8(COLLISION)
                        .text(plan.leftColumn())
                        .text(plan.rightColumn())
                        .text(plan.identifierKind())
                        .text(plan.protocol());
        }
    }

    static JobFacts read(CanonicalReader in) {
        String job = in.text(LONGEST_TEXT);
        int attempt = (int) in.u32();
        PartyId self = new PartyId(in.text(LONGEST_TEXT));
        PartyId peer = new PartyId(in.text(LONGEST_TEXT));
        boolean receives = in.flag();
        int kind = in.u8();
        if (kind != COLLISION) {
            throw new PoyangException(
                    KernelErrors.BAD_ENCODING,
                    "a job has the unknown kind " + kind,
                    "host and child of one release are needed");
        }
        return new JobFacts(
                job,
                attempt,
                self,
                peer,
                receives,
                new JobPlan.Collision(
                        in.text(LONGEST_TEXT), in.text(LONGEST_TEXT), in.text(LONGEST_TEXT), in.text(LONGEST_TEXT)));
    }
}
