/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts in gnuplot scripts. */
#include "plot/gnuplot.h"

#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>

/* What gnuplot could take for a command, a variable or markup is a text. */
static void texts_are_quoted(void)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    iptfs_gnuplot_text("it's `x` $y \"5 %\" \\n _a ^b\x01 \xff", out);
    fputc('|', out);
    iptfs_gnuplot_tic("it's 5 % \xc2\xb5s", out);
    fclose(out);
    CHECK_STR(text, "'it?s `x` $y \"5 %\" \\n _a ^b? ?'|'it\xe2\x80\x99s 5 %% \xc2\xb5s'");
    free(text);
}

extern const CU_TestInfo iptfs_tests_gnuplot[];
const CU_TestInfo iptfs_tests_gnuplot[] = {
    {"texts are quoted", texts_are_quoted},
    CU_TEST_INFO_NULL,
};
