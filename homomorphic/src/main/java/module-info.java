/// Computing on ciphertexts.
module poyang.homomorphic {
    requires java.management;
    requires jdk.incubator.vector;
    requires jdk.management;
    requires transitive poyang.crypto;
    requires transitive poyang.kernel;
    requires static org.jspecify;

    exports poyang.homomorphic;
    exports poyang.homomorphic.ring;
    exports poyang.homomorphic.rlwe;
}
