package poyang.zkp.circuits;

/// A declared input of a circuit; two inputs of the same name are two.
final class Input implements Variable {
    private final String name;
    private final boolean isPublic;

    Input(String name, boolean isPublic) {
        this.name = name;
        this.isPublic = isPublic;
    }

    String name() {
        return name;
    }

    boolean isPublic() {
        return isPublic;
    }
}
