package poyang.crypto.pki;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm2PublicKey;
import poyang.kernel.PoyangException;

/// What an authority may issue: the levels below its own, for its organisation where it is a
/// department, one live grant to a key, and pairs with two different keys.
final class ProfileRules {
    private static final int DAYS_MAX = 36_525;

    private final Register register;
    private final Instant now;

    ProfileRules(Register register, Instant now) {
        this.register = register;
        this.now = now;
    }

    /// @throws PoyangException `OUTSIDE_PROFILE`, `BAD_SUBJECT`, `WRONG_STATE` for a renewal of nothing
    void check(Application application) {
        Register.Charter own = register.charter();
        Level level = application.level();
        need(
                own.level().issues().contains(level),
                "a " + own.level().word() + " does not certify a " + level.word(),
                "it certifies "
                        + String.join(
                                ", ",
                                own.level().issues().stream().map(Level::word).toList()));
        need(
                application.days() >= 0 && application.days() <= DAYS_MAX,
                application.days() + " days are no time that a certificate can hold",
                "give 1 to " + DAYS_MAX + " days, or none for what is usual");
        Subject subject = application.request().subject();
        if (own.level() == Level.DEPARTMENT) {
            need(
                    subject.country().equals(own.subject().country())
                            && subject.organisation().equals(own.subject().organisation()),
                    "\"" + subject + "\" does not belong to \"" + own.subject().organisation() + "\"",
                    "a department certifies what has its own country and organisation in the subject");
        }
        need(
                !subject.equals(own.subject()),
                "\"" + subject + "\" is this authority's own name",
                "another name is needed");
        boolean pairs = level.usages().size() == 2;
        need(
                pairs || application.encryption() instanceof EncryptionKey.None,
                "a " + level.word() + " has no second key",
                "leave the encryption key out");
        checkKeys(application);
        AlternativeNames.encode(names(application));
    }

    private void checkKeys(Application application) {
        Sm2PublicKey key = application.request().publicKey();
        Optional<RequestEntry> old = renewed(application);
        need(!key.equals(register.charter().key()), "this is the authority's own key", "a key of its own is needed");
        if (application.encryption() instanceof EncryptionKey.MadeByHolder(CertificateRequest second)) {
            need(
                    !second.publicKey().equals(key),
                    "one key is to sign and to be sealed to",
                    "a pair has two different keys");
            need(
                    second.subject().equals(application.request().subject()),
                    "the two requests of the pair name two subjects",
                    "both must name \"" + application.request().subject() + "\"");
            checkFree(second.publicKey(), old);
        }
        checkFree(key, old);
    }

    /// A key that somebody holds a live certificate for is certified again only as its renewal.
    private void checkFree(Sm2PublicKey key, Optional<RequestEntry> renewed) {
        for (CertificateEntry entry : register.certificates(now)) {
            boolean own = renewed.isPresent() && renewed.get().number() == entry.request();
            need(
                    own
                            || !CertificateView.of(entry.certificate()).key().equals(Optional.of(key))
                            || entry.state() == State.RENEWED,
                    "this key was certified before, in " + entry.serial().toString(16),
                    "renew that certificate, or make a new key");
        }
    }

    private Optional<RequestEntry> renewed(Application application) {
        if (application.renews() == 0) {
            return Optional.empty();
        }
        Optional<RequestEntry> old = register.request(application.renews());
        if (old.isEmpty() || old.get().state() != State.ISSUED) {
            throw new PoyangException(
                    CryptoErrors.WRONG_STATE,
                    "on request " + application.renews() + " nothing is issued that could be renewed",
                    "name a request that is issued");
        }
        for (var serial : old.get().serials()) {
            State state = register.certificate(serial, now).orElseThrow().state();
            if (state == State.REVOKED) {
                throw new PoyangException(
                        CryptoErrors.WRONG_STATE,
                        "the certificate " + serial.toString(16) + " was revoked and cannot be renewed",
                        "submit a new request with a new key");
            }
        }
        need(
                old.get().application().level() == application.level()
                        && old.get()
                                .application()
                                .request()
                                .subject()
                                .equals(application.request().subject()),
                "the renewal names another subject or level",
                "it must name \"" + old.get().application().request().subject() + "\"");
        return old;
    }

    /// What the request asks for; a process also goes by its common name where that is a host name.
    static List<String> names(Application application) {
        List<String> names = new ArrayList<>(application.request().names());
        String own = application.request().subject().commonName();
        if ((application.level() == Level.NODE || application.level() == Level.SERVICE)
                && AlternativeNames.isHost(own)
                && !names.contains("dns:" + own)) {
            names.addFirst("dns:" + own);
        }
        return names;
    }

    private static void need(boolean good, String wrong, String right) {
        if (!good) {
            throw new PoyangException(CryptoErrors.OUTSIDE_PROFILE, wrong, right);
        }
    }
}
