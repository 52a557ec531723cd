/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections [plot.NAME] behind a sweep: refused in one line, or checked against its points. */
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "plot/data.h"
#include "plot/kind.h"
#include "plot/sections.h"

#include <stdlib.h>
#include <string.h>

enum {
    LOOKED_AT = 4
};

static const char base[] =
    "[scenario]\nduration = 1s\n[traffic.a]\ntype = cbr\nrate = 1Mbps\nsize = 100B\n[sweep]\n"
    "tunnel.pkt-size = 256, 576\nlink.loss = 0, 1%, 2%\ncase.a = tunnel.mode=esp\n"
    "case.b = link.delay=2ms\nseed = 1 .. 2\n";

/* Values that a summary has. */
static const char *const values[] = {"delay_s.p99", "delay_s.mean", "inner.delivered.pkts",
                                     "outer.rate_bps", "inner.loss"};

static struct iptfs_sweep sweep;
static json_t *names;

static void make_sweep(void)
{
    struct iptfs_error error;
    if (names != NULL)
        return;
    MUST(iptfs_sweep_parse_text(&sweep, base, FUZZ_PATH, &error) == IPTFS_OK);
    names = json_object();
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        json_object_set_new(names, values[i], json_integer(0));
}

static void check_plot(const struct iptfs_plot *plot, const char *text)
{
    struct iptfs_error error = {0};
    size_t length = strlen(plot->name);
    MUST(length > 0 && strcspn(plot->name, "/\n") == length && plot->name[0] != '.');
    MUST(plot->kind != NULL && plot->n_by <= IPTFS_PLOT_BY_MAX);
    MUST(plot->n_where <= IPTFS_PLOT_WHERE_MAX);
    if (iptfs_plot_check_data(plot, &sweep, names, &error) != IPTFS_OK)
        fuzz_check_refusal(&error, FUZZ_PATH, text);
}

void fuzz_plot_sections(const uint8_t *bytes, size_t octets)
{
    struct iptfs_plots plots = {0};
    struct iptfs_error error = {0};
    char *text = fuzz_text(bytes, octets);
    if (text == NULL)
        return;
    make_sweep();
    if (iptfs_plots_parse(&plots, text, FUZZ_PATH, &error) == IPTFS_OK) {
        for (size_t i = 0; i < plots.count && i < LOOKED_AT; i++)
            check_plot(&plots.plots[i], text);
        iptfs_plots_free(&plots);
    } else {
        fuzz_check_refusal(&error, FUZZ_PATH, text);
    }
    free(text);
}
