/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/list.h"

#include "cli/list_keys.h"
#include "cli/list_words.h"
#include "summary/reference.h"
#include "text/csv.h"
#include "text/json_build.h"
#include "text/quoted.h"
#include "text/suggest.h"

#include <stdbool.h>
#include <string.h>

static void write_scenario_reference(FILE *out);
static int write_results_csv(FILE *out);

/* A topic with `words` needs no functions. */
static const struct topic {
    const char *name;
    const char *title;
    bool of_scenario; /* `list` without a topic shows it */
    iptfs_list_word_at *words;
    const char *origin; /* of the words: the name of that column */
    void (*text)(FILE *out);
    int (*csv)(FILE *out);
    void (*markdown)(FILE *out);
    json_t *(*json)(void);
} topics[] = {
    {.name = "modes",
     .title = "Modes ([tunnel] mode)",
     .of_scenario = true,
     .words = iptfs_list_mode_at,
     .origin = "source"},
    {.name = "traffic",
     .title = "Traffic types ([traffic.NAME] type)",
     .of_scenario = true,
     .words = iptfs_list_traffic_at,
     .origin = "source"},
    {.name = "tcp",
     .title = "Variants of TCP ([traffic.NAME] tcp)",
     .of_scenario = true,
     .words = iptfs_list_tcp_at,
     .origin = "source"},
    {.name = "devices",
     .title = "Devices ([link] device)",
     .of_scenario = true,
     .words = iptfs_list_device_at,
     .origin = "source"},
    {.name = "framings",
     .title = "Framings ([link] framing)",
     .of_scenario = true,
     .words = iptfs_list_framing_at,
     .origin = "source"},
    {.name = "ciphers",
     .title = "Ciphers ([tunnel] cipher)",
     .of_scenario = true,
     .words = iptfs_list_cipher_at,
     .origin = "source"},
    {.name = "keys",
     .title = "Keys of a scenario",
     .of_scenario = true,
     .text = iptfs_list_keys_text,
     .csv = iptfs_list_keys_csv,
     .markdown = write_scenario_reference,
     .json = iptfs_list_keys_json},
    {.name = "causes",
     .title = "Causes for which inner packets are dropped",
     .words = iptfs_list_cause_at,
     .origin = "place"},
    {.name = "plots",
     .title = "Kinds of plots ([plot.NAME] kind)",
     .words = iptfs_list_plot_at,
     .origin = "source"},
    {.name = "engines",
     .title = "Engines that run the points of a sweep (--engine)",
     .words = iptfs_list_engine_at,
     .origin = "source"},
    {.name = "sweep",
     .title = "Keys of [sweep] beside those of a scenario",
     .words = iptfs_list_sweep_key_at,
     .origin = "source"},
    {.name = "results",
     .title = "Values of a summary, which results and plots name",
     .text = iptfs_reference_write_text,
     .csv = write_results_csv,
     .markdown = iptfs_reference_write_markdown,
     .json = iptfs_reference_json},
};

enum {
    TOPICS = sizeof topics / sizeof topics[0]
};

const char *iptfs_list_topic_at(size_t index)
{
    return index < TOPICS ? topics[index].name : NULL;
}

const char *iptfs_list_title_at(size_t index)
{
    return index < TOPICS ? topics[index].title : NULL;
}

/* ---------------------------------------------------------------------------------- one topic */

static void write_text(const struct topic *topic, FILE *out)
{
    if (topic->words != NULL)
        iptfs_list_words_text(topic->title, topic->words, out);
    else
        topic->text(out);
}

static int write_csv(const struct topic *topic, FILE *out)
{
    if (topic->words == NULL)
        return topic->csv(out);
    iptfs_list_words_csv(topic->name, topic->origin, topic->words, out);
    return IPTFS_OK;
}

static void write_markdown(const struct topic *topic, FILE *out)
{
    if (topic->words == NULL) {
        topic->markdown(out);
        return;
    }
    fprintf(out, "\n## %s\n\n", topic->title);
    iptfs_list_words_markdown(topic->words, out);
}

static json_t *make_json(const struct topic *topic)
{
    return topic->words != NULL ? iptfs_list_words_json(topic->origin, topic->words)
                                : topic->json();
}

static int write_json(json_t *value, FILE *out, struct iptfs_error *error)
{
    bool written = value != NULL && json_dumpf(value, out, JSON_INDENT(2)) == 0;
    fputc('\n', out);
    json_decref(value);
    return written || ferror(out) ? IPTFS_OK : iptfs_fail_no_memory(error);
}

/* ----------------------------------------------------------------------------------- all topics */

static void write_all_text(FILE *out)
{
    for (size_t i = 0; i < TOPICS; i++) {
        if (!topics[i].of_scenario)
            continue;
        if (i > 0)
            fputc('\n', out);
        write_text(&topics[i], out);
    }
}

static json_t *make_all_json(void)
{
    json_t *object = json_object();
    for (size_t i = 0; i < TOPICS; i++)
        iptfs_json_put(&object, topics[i].name, make_json(&topics[i]));
    return object;
}

/* The document about scenario files: the words, then the keys. */
static void write_scenario_reference(FILE *out)
{
    fputs("# Scenario reference\n\n"
          "A scenario is an INI file. The tables below list every key of every section, with its "
          "default and the values it takes; a key without a default may be omitted unless the "
          "table says that it is required. Values have units: times `ps`, `ns`, `us`, `ms`, `s`, "
          "`min`, `h`; rates `bps`, `kbps`, `Mbps`, `Gbps`, `Tbps`; octets `B`, `kB`, `MB`, `GB` "
          "(powers of 1000) and `KiB`, `MiB`, `GiB` (powers of 1024). This page is made from the "
          "program's own tables by `iptfs-sim list keys --markdown`.\n",
          out);
    for (size_t i = 0; i < TOPICS; i++)
        if (topics[i].of_scenario && topics[i].words != NULL)
            write_markdown(&topics[i], out);
    iptfs_list_keys_markdown(out);
}

static int write_results_csv(FILE *out)
{
    static const char *const names[] = {"name", "unit", "meaning"};
    struct iptfs_csv csv = {.out = out};
    json_t *rows = iptfs_reference_json(), *row;
    size_t index;
    if (rows == NULL)
        return IPTFS_E_NO_MEMORY;
    fputs("name,unit,meaning\n", out);
    json_array_foreach(rows, index, row)
    {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            iptfs_csv_json(&csv, json_object_get(row, names[i]));
        iptfs_csv_end(&csv);
    }
    json_decref(rows);
    return IPTFS_OK;
}

static int refuse_topic(const char *name, struct iptfs_error *error)
{
    struct iptfs_text found = iptfs_quoted(name);
    struct iptfs_suggest nearest = {.found = found.text};
    char allowed[256] = "";
    for (size_t i = 0; i < TOPICS; i++) {
        size_t length = strlen(allowed);
        snprintf(allowed + length, sizeof allowed - length, "%s%s", i > 0 ? ", " : "",
                 topics[i].name);
        iptfs_suggest_offer(&nearest, topics[i].name);
    }
    return iptfs_fail(error, IPTFS_E_INVALID, "list: found '%s', allowed: %s%s", found.text,
                      allowed, iptfs_suggest_hint(&nearest).text);
}

/* NULL when there is none. The C interface calls the keys options. */
static const struct topic *find_topic(const char *name)
{
    if (strcmp(name, "options") == 0)
        name = "keys";
    for (size_t i = 0; i < TOPICS; i++)
        if (strcmp(topics[i].name, name) == 0)
            return &topics[i];
    return NULL;
}

int iptfs_list(const char *name, enum iptfs_list_form form, FILE *out, struct iptfs_error *error)
{
    const struct topic *topic = find_topic(name != NULL ? name : "keys");
    if (topic == NULL)
        return refuse_topic(name, error);
    if (name == NULL && form == IPTFS_LIST_TEXT)
        return write_all_text(out), IPTFS_OK;
    switch (form) {
    case IPTFS_LIST_CSV:
        return write_csv(topic, out) == IPTFS_OK ? IPTFS_OK : iptfs_fail_no_memory(error);
    case IPTFS_LIST_MARKDOWN:
        write_markdown(topic, out);
        return IPTFS_OK;
    case IPTFS_LIST_JSON:
        return write_json(name != NULL ? make_json(topic) : make_all_json(), out, error);
    default:
        write_text(topic, out);
        return IPTFS_OK;
    }
}
