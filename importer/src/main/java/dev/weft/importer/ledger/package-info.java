/** Accounts for every value of the input: used, named in a comment, dropped or refused. */
@NullMarked
package dev.weft.importer.ledger;

import org.jspecify.annotations.NullMarked;
