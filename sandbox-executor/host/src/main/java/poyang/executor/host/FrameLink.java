package poyang.executor.host;

import java.util.Optional;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// Carries one attempt's protocol frames to and from the other side, in order, each once.
interface FrameLink {
    /// Blocks while the other side does not keep up.
    ///
    /// @throws PoyangException `PEER_LOST` when the other side is gone or has ended the attempt
    void send(Bytes frame) throws InterruptedException;

    /// The next frame; empty when the other side has sent its last and stored its output.
    ///
    /// @throws PoyangException `PEER_LOST`
    Optional<Bytes> receive() throws InterruptedException;

    /// The own side has sent its last frame and has its output.
    void finish();

    /// The own side ends the attempt; harmless after the end.
    void abort(PoyangException because);
}
