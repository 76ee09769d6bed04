package poyang.notarization;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.crypto.Certificates;
import poyang.wire.schema.Empty;
import poyang.wire.schema.Organisation;
import poyang.wire.schema.OrganisationKey;
import poyang.wire.schema.OrganisationList;

/// Departments. State: `org/ID` → Organisation.
public final class OrganisationsContract extends ServiceContract {
    static final String NAME = "poyang.v1.Organisations";
    private static final int CERTIFICATE_BYTES_MAX = 8192;

    public OrganisationsContract() {
        super(NAME);
        call("Register", Organisation.parser(), OrganisationsContract::register);
        read(
                "Get",
                OrganisationKey.parser(),
                (key, _, state) -> need(state, "org/" + key.getId(), Organisation.parser(), "organisation"));
        read(
                "List",
                Empty.parser(),
                (_, _, state) -> OrganisationList.newBuilder()
                        .addAllOrganisations(all(state, "org/", Organisation.parser()))
                        .build());
    }

    private static Empty register(Organisation made, CallContext context, ContractState state) {
        Account sender = context.sender();
        Rules.allowed(
                sender.isGenesis() || sender.has(Role.SUPERVISOR), sender, "a supervisor registers organisations");
        Rules.name("id", made.getId());
        Rules.arguments(
                !made.getId().equals(Account.VALIDATORS),
                "the id " + Account.VALIDATORS + " stands for the chain's validators",
                "another id is needed");
        Rules.text("title", made.getTitle(), 1, 200);
        Rules.text("title_english", made.getTitleEnglish(), 0, 200);
        if (!made.getIssuerCertificate().isEmpty()) {
            certificate(made);
        }
        String key = "org/" + made.getId();
        Rules.need(
                state.get(key).isEmpty(),
                NotarizationErrors.EXISTS,
                "the organisation " + made.getId() + " exists",
                "a new id is needed");
        state.put(key, made.toByteArray());
        return Empty.getDefaultInstance();
    }

    private static void certificate(Organisation made) {
        Rules.arguments(
                made.getIssuerCertificate().size() <= CERTIFICATE_BYTES_MAX,
                "the issuer's certificate has " + made.getIssuerCertificate().size() + " bytes",
                "at most " + CERTIFICATE_BYTES_MAX + " are needed");
        Rules.arguments(
                isCertificate(made.getIssuerCertificate().toByteArray()),
                "the issuer's certificate is none",
                "an X.509 certificate (DER, nothing after it) with an SM2 key is needed");
    }

    /// A decoder that is given anything may throw anything; here all of it means the same.
    private static boolean isCertificate(byte[] der) {
        try {
            X509Certificate decoded = Certificates.decode(der);
            var _ = Certificates.publicKey(decoded);
            return Arrays.equals(decoded.getEncoded(), der);
        } catch (CertificateEncodingException | RuntimeException e) {
            return false;
        }
    }

    @Override
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        return true;
    }
}
