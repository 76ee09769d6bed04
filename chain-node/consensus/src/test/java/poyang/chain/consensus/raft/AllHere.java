package poyang.chain.consensus.raft;

import java.util.List;
import poyang.chain.consensus.Payloads;
import poyang.kernel.Bytes;

/// Payloads that stand for nothing but themselves.
final class AllHere implements Payloads {
    @Override
    public Verdict judge(List<Bytes> payload) {
        return Verdict.HERE;
    }

    @Override
    public List<Bytes> fitting(List<Bytes> fresh) {
        return fresh;
    }
}
