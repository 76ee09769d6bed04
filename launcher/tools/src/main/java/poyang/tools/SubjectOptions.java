package poyang.tools;

import picocli.CommandLine.Option;
import poyang.crypto.pki.Subject;

/// Whom a certificate is to name.
@SuppressWarnings("NullAway.Init") // picocli sets the options before they are used
final class SubjectOptions {
    @Option(names = "--country", defaultValue = "CN", description = "two capital letters (default: CN)")
    private String country;

    @Option(names = "--organisation", required = true, description = "for example 南昌市税务局")
    private String organisation;

    @Option(names = "--unit", defaultValue = "", description = "a part of the organisation")
    private String unit;

    @Option(names = "--name", required = true, description = "the authority's, process's or person's name")
    private String name;

    Subject subject() {
        return new Subject(country, organisation, unit, name);
    }
}
