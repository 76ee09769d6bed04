package poyang.tools;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.pki.CertificateRequest;
import poyang.crypto.pki.Usage;

/// What a holder gives to an authority: the request, signed with the key that it is for.
@Command(name = "csr", description = "Writes a request to certify a key; makes the key when it is not there.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class CaCsr implements Callable<Integer> {
    @Mixin
    private SubjectOptions subject;

    @Option(names = "--for", defaultValue = "process", description = "process, signature or encryption")
    private String usage;

    @Option(names = "--also", description = "dns:NAME, ip:ADDRESS, email:ADDRESS or uri:ADDRESS")
    private List<String> names = new ArrayList<>();

    @Mixin
    private HolderKeyOptions key;

    @Option(names = "--out", required = true, description = "the request file to write")
    private Path out;

    @ParentCommand
    private Ca ca;

    @Override
    public Integer call() {
        Usage wanted = Usage.named(usage)
                .filter(each -> each != Usage.AUTHORITY)
                .orElseThrow(() ->
                        PublicFiles.badOption("--for " + usage, "one of process, signature, encryption is needed"));
        try (Sm2PrivateKey own = key.openOrMake(ca.random())) {
            CertificateRequest request = CertificateRequest.make(subject.subject(), wanted, names, own);
            PublicFiles.write(out, request.toPem());
            return ca.report()
                    .say("subject", request.subject())
                    .say("key file", key.file())
                    .say("request", out)
                    .done(0);
        }
    }
}
