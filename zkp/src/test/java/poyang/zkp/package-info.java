/// The example of the documentation.
@org.jspecify.annotations.NullMarked
package poyang.zkp;
