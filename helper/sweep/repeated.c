/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/repeated.h"

#include "files/textfile.h"
#include "sweep/key.h"
#include "text/quoted.h"

#include <jansson.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIELD_MAX = 1024, /* of an option */
    FORM_MAX = 1024   /* of a value in its one form */
};

/* Writes a value as its option prints it, so that equal values have one form; what cannot be read
 * stays as it is, and is refused when its point is checked. */
static void write_form(const struct iptfs_sweep *sweep, const struct iptfs_option *option,
                       const char *value, char form[FORM_MAX])
{
    alignas(max_align_t) char field[FIELD_MAX] = {0};
    snprintf(form, FORM_MAX, "?%s", value);
    if (option == NULL || option->width > sizeof field ||
        option->kind->parse(option, field, value, NULL) != 0)
        return;
    FILE *out = fmemopen(form, FORM_MAX, "w");
    char *path = option->kind == &iptfs_kind_path ? iptfs_path_beside(sweep->path, value) : NULL;
    if (out != NULL && path != NULL)
        fputs(path, out);
    else if (out != NULL)
        option->kind->print(option, field, out);
    if (out != NULL)
        fclose(out);
    if (option->kind->clear != NULL)
        option->kind->clear(field);
    free(path);
}

/* Notes that a form is of `text`. False where it was noted before, and then `*before` is the text
 * of then; `*before` is NULL when memory ran out. */
static bool note(json_t *seen, const char *form, const char *text, const char **before)
{
    *before = json_string_value(json_object_get(seen, form));
    return *before == NULL &&
           json_object_set_new_nocheck(seen, form, json_string_nocheck(text)) == 0;
}

static int refuse_value(struct iptfs_sweep_reader *reader, const struct iptfs_sweep_track *track,
                        const char *value, const char *before)
{
    char allowed[160] = "each value once";
    if (strcmp(value, before) != 0)
        snprintf(allowed, sizeof allowed, "each value once; it is '%s' again",
                 iptfs_quoted(before).text);
    return iptfs_sweep_refuse(reader, track->line, track->column, value, allowed);
}

int iptfs_sweep_check_values(struct iptfs_sweep_reader *reader,
                             const struct iptfs_sweep_track *track)
{
    const struct iptfs_option *option = iptfs_sweep_option(track->key);
    int code = 0;
    if (track->n_runs == 1 && track->runs[0].rule == IPTFS_SWEEP_WHOLE)
        return 0;
    json_t *seen = json_object();
    for (size_t i = 0; i < track->count && code == 0; i++) {
        char form[FORM_MAX], buffer[IPTFS_SWEEP_VALUE_MAX];
        const char *value = iptfs_sweep_value(track, i, buffer), *before;
        write_form(reader->sweep, option, value, form);
        if (!note(seen, form, value, &before))
            code = before != NULL ? refuse_value(reader, track, value, before)
                                  : iptfs_sweep_no_memory(reader);
    }
    json_decref(seen);
    return code;
}

/* The values of a case in their one form, in the order of their keys. */
static json_t *forms_of(const struct iptfs_sweep *sweep, const struct iptfs_sweep_case *one)
{
    json_t *forms = json_object();
    for (size_t i = 0; i < one->n_sets && forms != NULL; i++) {
        char form[FORM_MAX];
        const struct iptfs_sweep_set *set = &one->sets[i];
        write_form(sweep, iptfs_sweep_option(set->key), set->value, form);
        if (json_object_set_new_nocheck(forms, set->key, json_string_nocheck(form)) != 0) {
            json_decref(forms);
            forms = NULL;
        }
    }
    return forms;
}

static int check_case(struct iptfs_sweep_reader *reader, const struct iptfs_sweep_track *track,
                      const struct iptfs_sweep_case *one, json_t *seen)
{
    const char *before = NULL;
    json_t *forms = forms_of(reader->sweep, one);
    char *text = json_dumps(forms, JSON_SORT_KEYS | JSON_COMPACT);
    bool new = text != NULL &&note(seen, text, one->name, &before);
    json_decref(forms);
    free(text);
    if (new)
        return 0;
    if (before == NULL)
        return iptfs_sweep_no_memory(reader);
    unsigned line = one->n_sets > 0 ? one->sets[0].line : track->line;
    char allowed[160];
    snprintf(allowed, sizeof allowed, "cases that differ; it has the values of '%s'",
             iptfs_quoted(before).text);
    return iptfs_sweep_refuse(reader, line, "case", one->name, allowed);
}

int iptfs_sweep_check_cases(struct iptfs_sweep_reader *reader,
                            const struct iptfs_sweep_track *track)
{
    json_t *seen = json_object();
    int code = 0;
    for (size_t i = 0; i < track->count && code == 0; i++)
        code = check_case(reader, track, &track->cases[i], seen);
    json_decref(seen);
    return code;
}
