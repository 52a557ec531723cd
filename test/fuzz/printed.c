/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz/printed.h"

#include "base/error.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

char *fuzz_printed(const struct iptfs_scenario *scenario)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    iptfs_scenario_print(scenario, out);
    fclose(out);
    return text;
}

void fuzz_check_printed(const struct iptfs_scenario *scenario)
{
    struct iptfs_scenario again;
    struct iptfs_error error = {0};
    char *text = fuzz_printed(scenario);
    int code = iptfs_scenario_parse_text(&again, text, FUZZ_PATH, NULL, 0, &error);
    if (code != IPTFS_OK) {
        fprintf(stderr, "%s\n%s", error.text, text);
        MUST(code == IPTFS_OK);
    } else {
        char *second = fuzz_printed(&again);
        MUST(strcmp(text, second) == 0);
        free(second);
        iptfs_scenario_free(&again);
    }
    free(text);
}
