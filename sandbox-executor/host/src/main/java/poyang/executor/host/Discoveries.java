package poyang.executor.host;

import java.util.Map;
import poyang.connectors.SourceSettings;
import poyang.executor.job.ReaderRequest;
import poyang.executor.job.SourceDescription;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// Looks at sources by jailed readers.
final class Discoveries {
    private Discoveries() {}

    /// The columns, counts and statistics of a source.
    static SourceDescription.Discovered discover(ExecutorSetup setup, Source source) {
        try {
            if (ask(setup, source, ReaderRequest.Mode.DISCOVER) instanceof SourceDescription.Discovered found) {
                return found;
            }
            throw new Bug("a reader answered another question");
        } catch (PoyangException e) {
            throw new PoyangException(e.code(), source.outside(e.wrong()), source.outside(e.right()), e);
        }
    }

    /// The connectors that readers have, with their forms.
    static SourceDescription.Forms forms(ExecutorSetup setup) {
        Source nothing = new Source("", new SourceSettings(Map.of()));
        if (ask(setup, nothing, ReaderRequest.Mode.FORMS) instanceof SourceDescription.Forms forms) {
            return forms;
        }
        throw new Bug("a reader answered another question");
    }

    private static SourceDescription ask(ExecutorSetup setup, Source source, ReaderRequest.Mode mode) {
        return Children.describe(setup, "look-" + (System.nanoTime() & 0xffff_ffffL), source, mode);
    }
}
