package poyang.network;

import picocli.CommandLine.Command;

/// The commands that start executors' children or read what they left.
@Command(
        name = "poyang",
        subcommands = {Demo.class, Audit.class})
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(poyang.tools.Main.run(commands(), arguments));
    }

    static Object commands() {
        return new Main();
    }
}
