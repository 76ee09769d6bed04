package poyang.sdk.host;

import java.util.List;
import java.util.stream.Stream;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.sdk.SdkErrors;

/// What a host says: the chains that were asked about, or why not.
public sealed interface HostAnswer {
    /// @param genesis of a chain that was made, in canonical form; empty otherwise
    record Chains(List<ChainListing> chains, Bytes genesis) implements HostAnswer {
        public Chains {
            chains = List.copyOf(chains);
        }
    }

    record Refused(ErrorCode code, String wrong, String right) implements HostAnswer {}

    String DOMAIN = "poyang.host-answer.v1";

    default Bytes encoded() {
        CanonicalWriter out = new CanonicalWriter(DOMAIN);
        return switch (this) {
            case Chains(List<ChainListing> chains, Bytes genesis) ->
                out.u8(0)
                        .list(chains, (w, chain) -> chain.write(w))
                        .bytes(genesis)
                        .toBytes();
            case Refused(ErrorCode code, String wrong, String right) ->
                out.u8(1)
                        .text(code.name())
                        .u32(code.number())
                        .text(code.category().name())
                        .text(wrong)
                        .text(right)
                        .toBytes();
        };
    }

    /// @throws PoyangException `BAD_ENCODING` for what no host says
    static HostAnswer decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        HostAnswer answer = in.u8() == 0
                ? new Chains(in.list(10_000, ChainListing::read), in.bytes(HostRequest.GENESIS_BYTES_MAX))
                : new Refused(code(in), in.text(8_192), in.text(8_192));
        in.end();
        return answer;
    }

    private static ErrorCode code(CanonicalReader in) {
        String name = in.text(64);
        int number = (int) in.u32();
        String category = in.text(32);
        return Stream.of(ErrorCode.Category.values())
                .filter(each -> each.name().equals(category))
                .findFirst()
                .map(each -> new ErrorCode(name, number, each))
                .orElseThrow(() -> bad("the category \"" + category + "\""));
    }

    static PoyangException bad(String what) {
        return new PoyangException(SdkErrors.BAD_FILE, "a host's words hold " + what, "a host of this release");
    }
}
