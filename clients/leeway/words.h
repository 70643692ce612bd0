/* words.h - Chinese for the words of the protocol that people read
 *
 * The protocol's words are English; a table that is read in Chinese has them in Chinese. A word that is in no table
 * stays as it is: a later daemon may know more. Pure. Threads: any.
 */
#ifndef LEEWAY_CLIENTS_LEEWAY_WORDS_H
#define LEEWAY_CLIENTS_LEEWAY_WORDS_H

#include "clients/leeway/cli.h"

/* Why something is refused, by the code of the refusal; NULL: none is known, or it is not for Chinese. */
const char *word_of_code(enum language l, const char *code);

/* The state of a clock, why a day counts, a key of a case or of a clock's ledger: the word to print. */
const char *word_of(enum language l, const char *word);

#endif
