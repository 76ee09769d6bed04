package poyang.notarization;

import java.util.List;
import poyang.chain.contract.Account;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.kernel.Bytes;
import poyang.wire.schema.Empty;
import poyang.wire.schema.EvidenceKey;
import poyang.wire.schema.EvidenceList;
import poyang.wire.schema.EvidenceRecord;

/// Notarization of key points. State: `evidence/ID` → EvidenceRecord. Emits `evidence.recorded` (key: id,
/// payload: EvidenceRecord) to the recorder's organisation.
public final class EvidenceContract extends ServiceContract {
    static final String NAME = "poyang.v1.Evidence";

    public EvidenceContract() {
        super(NAME);
        call("Record", EvidenceRecord.parser(), EvidenceContract::record);
        read("Get", EvidenceKey.parser(), (key, reader, state) -> {
            EvidenceRecord found = need(state, "evidence/" + key.getId(), EvidenceRecord.parser(), "evidence");
            if (!sees(reader, found)) {
                throw notFound("evidence");
            }
            return found;
        });
        read(
                "List",
                Empty.parser(),
                (_, reader, state) -> EvidenceList.newBuilder()
                        .addAllRecords(all(state, "evidence/", EvidenceRecord.parser()).stream()
                                .filter(found -> sees(reader, found))
                                .toList())
                        .build());
    }

    private static EvidenceKey record(EvidenceRecord made, CallContext context, ContractState state) {
        Rules.hash("digest", made.getDigest());
        Rules.text("subject", made.getSubject(), 1, 200);
        Rules.prose("description", made.getDescription(), 0, 2000);
        EvidenceRecord kept = made.toBuilder()
                .setId(context.transactionId().slice(0, 16).hex())
                .setAccount(context.sender().id())
                .setHeight(context.height())
                .setMillis(context.timestampMillis())
                .build();
        Rules.need(
                state.get("evidence/" + kept.getId()).isEmpty(),
                NotarizationErrors.EXISTS,
                "there is evidence of this id",
                "send it in a new transaction");
        byte[] encoded = kept.toByteArray();
        state.put("evidence/" + kept.getId(), encoded);
        context.emit(new ContractEvent(
                "evidence.recorded",
                kept.getId(),
                Bytes.copyOf(encoded),
                List.of(context.sender().organisation())));
        return EvidenceKey.newBuilder().setId(kept.getId()).build();
    }

    private static boolean sees(Account reader, EvidenceRecord record) {
        return seesAll(reader) || record.getAccount().startsWith(reader.organisation() + "/");
    }

    @Override
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        return seesAll(reader)
                || state.get(key)
                        .map(value -> sees(reader, stored(EvidenceRecord.parser(), value)))
                        .orElse(false);
    }
}
