/// The commands that need no network of nodes: {@link Main} is the command line, {@link Collide} finds
/// who is in two files, {@link DepartmentTables} makes up tables to try it with.
@NullMarked
package poyang.tools;

import org.jspecify.annotations.NullMarked;
