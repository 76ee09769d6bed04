package poyang.chain.node.host;

import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import poyang.chain.node.NodeErrors;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ProcessSettings;

/// A host of several chains as a process: `--config FILE`. Prints `READY host HOST:PORT` when operators are heard
/// and every chain was started that could be, ends with 0 after SIGTERM, with 2 for a wrong configuration, and
/// with 3 when it had to stop.
public final class HostMain {
    private HostMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        try {
            run(ProcessSettings.of(arguments));
        } catch (PoyangException e) {
            System.err.println(e.code() + ": " + e.wrong() + "; " + e.right());
            System.exit(2);
        }
    }

    private static void run(ProcessSettings from) throws InterruptedException {
        HostSettings settings = HostSettings.read(from);
        RandomSource random = ProcessRandom.open("host");
        char[] password = from.password();
        from.end();
        ChainHost host;
        try {
            host = ChainHost.start(
                    settings, settings.directory().resolve("storage.key"), password, random, InstantSource.system());
        } finally {
            Arrays.fill(password, '\0');
        }
        Runtime.getRuntime().addShutdownHook(new Thread(host::close, "shutdown"));
        System.out.println("READY host " + settings.apiListen().getHostString() + ":" + host.apiPort());
        try {
            Void _ = host.ended().get();
        } catch (ExecutionException e) {
            System.err.println(NodeErrors.NODE_STOPPED + ": the host had to stop (" + e.getCause() + ")");
            System.exit(3);
        }
    }
}
