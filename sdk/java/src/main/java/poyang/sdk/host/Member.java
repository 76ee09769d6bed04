package poyang.sdk.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.sdk.ProcessSettings;
import poyang.sdk.SdkErrors;

/// As whom a host takes part in a chain: a name, the addresses of some others, keys and
/// certificates of this chain alone, and the password of the keys. Overwritten when closed; prints
/// nothing of it.
public final class Member implements AutoCloseable {
    private static final int PEM_MAX = 1 << 16;

    private final String name;
    private final String seeds;
    private final String keep;
    private final boolean observes;
    private final Papers papers;
    private final char[] password;

    /// Keys (encrypted) and certificates in PEM.
    ///
    /// @param nextKey the key by which a later epoch is to know the validator; empty for none
    public record Papers(String certificate, String tlsKey, String root, String validatorKey, String nextKey) {
        @Override
        public String toString() {
            return "Papers";
        }
    }

    /// @param seeds `name=host:port,…`
    /// @param keep as `state.keep`
    /// @param observes may it run without being a validator?
    /// @param password this object's from now on
    public Member(String name, String seeds, String keep, boolean observes, Papers papers, char[] password) {
        this.name = name;
        this.seeds = seeds;
        this.keep = keep;
        this.observes = observes;
        this.papers = papers;
        this.password = password;
    }

    /// Reads a validator's configuration, as that of a process with one chain, and the files that it names.
    ///
    /// @throws PoyangException `BAD_SETTINGS`
    public static Member read(Path file) {
        ProcessSettings from = ProcessSettings.read(file);
        for (String ofTheHost :
                new String[] {"genesis", "directory", "peer.listen", "peer.announce", "api.listen", "storage.key"}) {
            String _ = from.text(ofTheHost, "");
        }
        String next = from.text("validator.key.next", "");
        Papers papers = new Papers(
                text(from.path("tls.certificate")),
                text(from.path("tls.key")),
                text(from.path("tls.root")),
                text(from.path("validator.key")),
                next.isEmpty() ? "" : text(from.path("validator.key.next")));
        Member member = new Member(
                from.text("name"),
                from.text("seeds", ""),
                from.text("state.keep", "archive"),
                from.flag("observer"),
                papers,
                from.password());
        from.end();
        return member;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new PoyangException(
                    SdkErrors.BAD_SETTINGS,
                    "the file " + file + " cannot be read (" + e.getMessage() + ")",
                    "a readable file in PEM is needed",
                    e);
        }
    }

    public String name() {
        return name;
    }

    public String seeds() {
        return seeds;
    }

    public String keep() {
        return keep;
    }

    public boolean observes() {
        return observes;
    }

    public Papers papers() {
        return papers;
    }

    /// A copy, to be overwritten.
    public char[] password() {
        return password.clone();
    }

    void write(CanonicalWriter out) {
        byte[] octets = octets(password);
        out.text(name)
                .text(seeds)
                .text(keep)
                .flag(observes)
                .text(papers.certificate())
                .text(papers.tlsKey())
                .text(papers.root())
                .text(papers.validatorKey())
                .text(papers.nextKey())
                .bytes(octets);
        Arrays.fill(octets, (byte) 0);
    }

    /// A password in UTF-8, to be overwritten.
    public static byte[] octets(char[] password) {
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(password));
        byte[] octets = new byte[encoded.remaining()];
        encoded.get(octets);
        encoded.clear();
        while (encoded.hasRemaining()) {
            encoded.put((byte) 0);
        }
        return octets;
    }

    /// The other way; overwrites what it is given.
    public static char[] characters(byte[] octets) {
        CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(octets));
        char[] password = new char[decoded.remaining()];
        decoded.get(password);
        decoded.clear();
        while (decoded.hasRemaining()) {
            decoded.put('\0');
        }
        Arrays.fill(octets, (byte) 0);
        return password;
    }

    static Member read(CanonicalReader in) {
        String name = in.text(64);
        String seeds = in.text(PEM_MAX);
        String keep = in.text(32);
        boolean observes = in.flag();
        Papers papers =
                new Papers(in.text(PEM_MAX), in.text(PEM_MAX), in.text(PEM_MAX), in.text(PEM_MAX), in.text(PEM_MAX));
        return new Member(name, seeds, keep, observes, papers, characters(in.array(4_096)));
    }

    @Override
    public void close() {
        Arrays.fill(password, '\0');
    }

    @Override
    public String toString() {
        return "Member[" + name + "]";
    }
}
