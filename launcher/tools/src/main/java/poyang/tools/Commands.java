package poyang.tools;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The commands of one command line, each a class with its `@Command`.
///
/// @param all every one of them
public record Commands(List<Class<?>> all) {
    public Commands {
        all = List.copyOf(all);
    }

    /// What the commands hang from.
    @Command(name = "poyang", description = "Departments compute together, and no raw row leaves a department.")
    private static final class Poyang {}

    /// Reads `arguments` and the like. Only the command that they name is made, as making all takes longer than most of
    /// them run; all are where they name none, to be explained.
    public CommandLine line(String... arguments) {
        List<Class<?>> named = all.stream()
                .filter(each -> arguments.length > 0 && name(each).equals(arguments[0]))
                .toList();
        CommandLine line = new CommandLine(new Poyang());
        for (Class<?> each : named.isEmpty() ? all : named) {
            CommandLine _ = line.addSubcommand(each);
        }
        return line;
    }

    private static String name(Class<?> command) {
        return command.getAnnotation(Command.class).name();
    }
}
