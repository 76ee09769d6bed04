package poyang.notarization;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import poyang.chain.contract.Account;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.chain.proofs.Equivocation;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.wire.schema.Empty;
import poyang.wire.schema.EquivocationList;
import poyang.wire.schema.EquivocationReport;
import poyang.wire.schema.StoredEquivocation;

/// Proof that validators lied. State: `equivocation/VALIDATOR/EPOCH` (16 hexadecimal digits) →
/// StoredEquivocation, the first of an epoch. Emits `consensus.equivocation` (key: the validator, payload:
/// StoredEquivocation) to everybody.
public final class ConsensusContract extends ServiceContract {
    private static final String PREFIX = "equivocation/";

    public ConsensusContract() {
        super("poyang.v1.Consensus");
        call("ReportEquivocation", EquivocationReport.parser(), ConsensusContract::report);
        read("Equivocations", Empty.parser(), (_, reader, state) -> {
            Rules.allowed(seesAll(reader), reader, "supervisors and consoles read who lied");
            return EquivocationList.newBuilder()
                    .addAllEquivocations(all(state, PREFIX, StoredEquivocation.parser()))
                    .build();
        });
    }

    private static Empty report(EquivocationReport report, CallContext context, ContractState state) {
        Account sender = context.sender();
        Rules.allowed(sender.isValidator(), sender, "validators report each other");
        Equivocation proof = proof(report);
        String culprit = proof.culprit().name();
        Optional<VerificationKey> key =
                context.validatorKey(culprit).map(encoded -> VerificationKey.decode(encoded.toArray()));
        Rules.arguments(
                key.filter(k -> proof.verify(context.chainId(), k)).isPresent(),
                "the proof does not show that validator " + Rules.quoted(culprit) + " signed both words",
                "two words of one kind and round with the validator's signatures are needed");
        String under = String.format(Locale.ROOT, "%s%s/%016x", PREFIX, culprit, proof.epoch());
        if (state.get(under).isEmpty()) {
            byte[] kept = StoredEquivocation.newBuilder()
                    .setValidator(culprit)
                    .setEpoch(proof.epoch())
                    .setRound(proof.round())
                    .setProof(report.getProof())
                    .setReporter(sender.id())
                    .setHeight(context.height())
                    .setMillis(context.timestampMillis())
                    .build()
                    .toByteArray();
            state.put(under, kept);
            context.emit(new ContractEvent("consensus.equivocation", culprit, Bytes.wrap(kept), List.of()));
        }
        return Empty.getDefaultInstance();
    }

    private static Equivocation proof(EquivocationReport report) {
        try {
            return Equivocation.decode(report.getProof().toByteArray());
        } catch (PoyangException e) {
            throw Rules.rejection(NotarizationErrors.BAD_ARGUMENTS, "the proof is none: " + e.wrong(), e.right());
        }
    }

    @Override
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        return seesAll(reader);
    }
}
