package poyang.sdk.host;

import java.util.List;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.sdk.SdkErrors;

/// What an operator asks of a host. Travels as the arguments of a query that the operator signed.
public sealed interface HostRequest {
    /// Stands where a query names its contract.
    String CONTRACT = "poyang.host.v1";

    int GENESIS_BYTES_MAX = 64 << 20;

    /// Makes a chain's genesis and takes part in it.
    ///
    /// @param chain what the host is to call it
    record Create(String chain, Founding founding, Member member) implements HostRequest {}

    /// Takes part in a chain that others made, or takes part again.
    ///
    /// @param genesis in canonical form
    record Join(String chain, Bytes genesis, Member member) implements HostRequest {}

    /// Takes part no longer.
    record Leave(String chain) implements HostRequest {}

    /// Closes a chain here.
    ///
    /// @param stillVotes although the others count on this node's vote, as when the chain is at its end
    record Archive(String chain, boolean stillVotes) implements HostRequest {}

    /// Erases what a chain that was left or closed has here.
    ///
    /// @param chainId of the chain that is meant, against mistakes
    record Delete(String chain, Bytes chainId) implements HostRequest {}

    /// Asks for all chains, those too that were erased.
    record Listing() implements HostRequest {}

    String DOMAIN = "poyang.host-request.v1";

    /// The chain it is about; empty for all.
    default String chain() {
        return "";
    }

    /// Stands where a query names its method.
    default String method() {
        return switch (this) {
            case Create _ -> "Create";
            case Join _ -> "Join";
            case Leave _ -> "Leave";
            case Archive _ -> "Archive";
            case Delete _ -> "Delete";
            case Listing _ -> "List";
        };
    }

    /// Holds passwords where there is a member: to be signed and sent, never to be kept.
    default Bytes encoded() {
        CanonicalWriter out = new CanonicalWriter(DOMAIN).text(chain());
        switch (this) {
            case Create(String _, Founding founding, Member member) -> {
                founding.write(out);
                member.write(out);
            }
            case Join(String _, Bytes genesis, Member member) -> member.write(out.bytes(genesis));
            case Archive(String _, boolean stillVotes) -> out.flag(stillVotes);
            case Delete(String _, Bytes chainId) -> out.bytes(chainId);
            case Leave _, Listing _ -> {}
        }
        return out.toBytes();
    }

    /// @throws PoyangException `BAD_ENCODING` or `BAD_QUERY` for what no operator says
    static HostRequest decode(String method, byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        String chain = in.text(64);
        HostRequest request = switch (method) {
            case "Create" -> new Create(chain, Founding.read(in), Member.read(in));
            case "Join" -> new Join(chain, in.bytes(GENESIS_BYTES_MAX), Member.read(in));
            case "Leave" -> new Leave(chain);
            case "Archive" -> new Archive(chain, in.flag());
            case "Delete" -> new Delete(chain, in.bytes(32));
            case "List" -> new Listing();
            default ->
                throw new PoyangException(
                        SdkErrors.BAD_QUERY,
                        "a host has no method \"" + method + "\"",
                        "Create, Join, Leave, Archive, Delete or List is needed");
        };
        in.end();
        return request;
    }

    /// What a new chain begins with.
    ///
    /// @param title its name, for people
    /// @param validators in any order
    /// @param calls make the first state: organisations and accounts
    record Founding(
            String title, String engine, long blockTimeMillis, List<FoundingValidator> validators, List<Call> calls) {
        private static final int VALIDATORS_MAX = 1_000;
        private static final int CALLS_MAX = 100_000;

        public Founding {
            validators = List.copyOf(validators);
            calls = List.copyOf(calls);
        }

        /// @param publicKey encoded
        public record FoundingValidator(String name, Bytes publicKey) {}

        /// A call of a contract's method with its encoded request.
        public record Call(String contract, String method, Bytes arguments) {}

        void write(CanonicalWriter out) {
            out.text(title)
                    .text(engine)
                    .u64(blockTimeMillis)
                    .list(validators, (w, v) -> w.text(v.name()).bytes(v.publicKey()))
                    .list(calls, (w, c) -> w.text(c.contract()).text(c.method()).bytes(c.arguments()));
        }

        static Founding read(CanonicalReader in) {
            return new Founding(
                    in.text(256),
                    in.text(32),
                    in.u64(),
                    in.list(VALIDATORS_MAX, r -> new FoundingValidator(r.text(64), r.bytes(128))),
                    in.list(CALLS_MAX, r -> new Call(r.text(256), r.text(256), r.bytes(1 << 20))));
        }
    }
}
