/// The types that every room of the house speaks.
module poyang.kernel {
    requires static org.jspecify;

    exports poyang.kernel;
}
