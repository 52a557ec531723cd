/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/plot.h"

#include "files/folder.h"
#include "files/outfile.h"
#include "files/textfile.h"
#include "plot/data.h"
#include "plot/data_csv.h"
#include "plot/gnuplot.h"
#include "plot/gnuplot_script.h"
#include "plot/sections.h"
#include "run/run.h"
#include "sweep/grid.h"
#include "text/json_build.h"
#include "text/json_walk.h"
#include "text/suggest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --------------------------------------------------------------------------------- before a run */

static void take_name(void *ctx, const char *name, const json_t *value)
{
    (void)value;
    iptfs_json_put(ctx, name, json_null());
}

/* Adds the names of the values in the summary of a point, found by a run of 1 ps; *names is NULL
 * when memory runs out. A point that
 * cannot run is reported when the sweep runs it. */
static void take_names_of_point(json_t **names, const struct iptfs_sweep *sweep, size_t index)
{
    struct iptfs_scenario scenario;
    struct iptfs_error unused;
    json_t *summary = NULL;
    int code = iptfs_sweep_scenario(sweep, index, &scenario, &unused);
    if (code == 0) {
        scenario.duration_ps = 1;
        code = iptfs_run_summary(&scenario, &summary, &unused);
        iptfs_scenario_free(&scenario);
    }
    if (code == 0)
        iptfs_json_walk(summary, take_name, names);
    else if (code == IPTFS_E_NO_MEMORY)
        iptfs_json_append(names, NULL);
    json_decref(summary);
}

/* The values of a summary depend on mode, flows and directions: so each step of each axis except
 * the seeds is run once. */
static json_t *find_names(const struct iptfs_sweep *sweep)
{
    json_t *names = json_object();
    size_t block = sweep->n_points;
    take_names_of_point(&names, sweep, 1);
    for (size_t i = 0; i < sweep->n_axes && names != NULL; i++) {
        const struct iptfs_sweep_axis *axis = &sweep->axes[i];
        block /= axis->n_steps;
        if (strcmp(axis->tracks[0].column, "seed") == 0)
            continue;
        for (size_t step = 1; step < axis->n_steps && step <= 64; step++)
            take_names_of_point(&names, sweep, 1 + step * block);
    }
    return names;
}

int iptfs_plot_check(const struct iptfs_sweep *sweep, struct iptfs_error *error)
{
    struct iptfs_plots plots;
    int code = iptfs_plots_parse(&plots, sweep->text, sweep->path, error);
    if (code != 0)
        return code;
    json_t *names = plots.count > 0 ? find_names(sweep) : NULL;
    if (names == NULL && plots.count > 0)
        code = iptfs_fail_no_memory(error);
    for (size_t i = 0; i < plots.count && code == 0; i++)
        code = iptfs_plot_check_data(&plots.plots[i], sweep, names, error);
    json_decref(names);
    iptfs_plots_free(&plots);
    return code;
}

/* --------------------------------------------------------------------------------------- files */

static void write_script(const struct iptfs_plot_data *data, FILE *out)
{
    char file[IPTFS_PLOT_NAME_MAX + 8];
    snprintf(file, sizeof file, "%s.csv", data->plot->name);
    iptfs_plot_write_script(data, file, out);
}

static int write_file(const char *folder, const struct iptfs_plot_data *data, const char *end,
                      void (*write)(const struct iptfs_plot_data *data, FILE *out),
                      struct iptfs_error *error)
{
    struct iptfs_outfile file;
    char name[IPTFS_PLOT_NAME_MAX + 8];
    snprintf(name, sizeof name, "%s.%s", data->plot->name, end);
    int code = iptfs_outfile_open_in(&file, folder, name, error);
    if (code != 0)
        return code;
    write(data, file.file);
    return iptfs_outfile_commit(&file, error);
}

static int write_files(const char *folder, const struct iptfs_plot_data *data,
                       struct iptfs_error *error)
{
    int code = write_file(folder, data, "csv", iptfs_plot_write_csv, error);
    return code != 0 ? code : write_file(folder, data, "gp", write_script, error);
}

static int draw_files(const struct iptfs_plot_request *request, const struct iptfs_plot_data *data,
                      FILE *out, struct iptfs_error *error)
{
    char *folder = iptfs_path_join(request->directory, "plots");
    int code = folder != NULL ? iptfs_make_directory(folder, error) : iptfs_fail_no_memory(error);
    if (code == 0)
        code = write_files(folder, data, error);
    if (code == 0)
        code = iptfs_gnuplot_draw(folder, data->plot->name, error);
    if (code == 0 && !request->quiet)
        fprintf(out, "Plot                 %s/%s.svg, .png, .gp, .csv\n", folder, data->plot->name);
    free(folder);
    return code;
}

/* A stream that writes to a file in memory, and leaves it open when it is closed. */
static FILE *memory_stream(int fd)
{
    int copy = fd >= 0 ? dup(fd) : -1;
    FILE *out = copy >= 0 ? fdopen(copy, "w") : NULL;
    if (out == NULL && copy >= 0)
        close(copy);
    return out;
}

/* Writes data and script to files in memory. */
static bool write_to_memory(const struct iptfs_plot_data *data, int csv, int script)
{
    char path[64];
    FILE *out = memory_stream(csv);
    if (out == NULL)
        return false;
    iptfs_plot_write_csv(data, out);
    bool written = ferror(out) == 0;
    if (fclose(out) != 0 || !written || (out = memory_stream(script)) == NULL)
        return false;
    iptfs_gnuplot_memory_path(csv, path, sizeof path);
    iptfs_plot_write_script(data, path, out);
    written = ferror(out) == 0;
    return fclose(out) == 0 && written;
}

/* Draws without files: the folder of the results may be read-only, and nothing is left on disk when
 * the program is killed. */
static int draw_on_terminal(const struct iptfs_plot_data *data, FILE *out,
                            struct iptfs_error *error)
{
    int csv = iptfs_gnuplot_memory_file(), script = iptfs_gnuplot_memory_file(), code;
    if (write_to_memory(data, csv, script))
        code = iptfs_gnuplot_show(script, data->plot->name, out, error);
    else
        code = iptfs_fail(error, IPTFS_E_IO, "%s: cannot be drawn: %s", data->plot->name,
                          strerror(errno));
    if (csv >= 0)
        close(csv);
    if (script >= 0)
        close(script);
    return code;
}

static int draw_plot(const struct iptfs_plot_request *request, const struct iptfs_plot *plot,
                     FILE *out, struct iptfs_error *error)
{
    struct iptfs_plot_data data;
    int code = iptfs_plot_data_load(&data, plot, request->directory, error);
    if (code != 0)
        return code;
    code = request->terminal ? draw_on_terminal(&data, out, error)
                             : draw_files(request, &data, out, error);
    iptfs_plot_data_free(&data);
    return code;
}

/* ------------------------------------------------------------------------------------- command */

static bool wanted(const struct iptfs_plot_request *request, const char *name)
{
    bool found = request->n_names == 0;
    for (size_t i = 0; i < request->n_names && !found; i++)
        found = strcmp(request->names[i], name) == 0;
    return found;
}

static int check_names(const struct iptfs_plot_request *request, const struct iptfs_plots *plots,
                       struct iptfs_error *error)
{
    if (plots->count == 0 && !request->may_be_none)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "%s: found no section [plot.NAME], allowed: one at least; --file FILE "
                          "takes those of another file",
                          iptfs_quoted_path(plots->path).text);
    for (size_t i = 0; i < request->n_names; i++) {
        const char *name = request->names[i];
        struct iptfs_suggest nearest = {.found = name};
        bool found = false;
        for (size_t j = 0; j < plots->count; j++) {
            found = found || strcmp(plots->plots[j].name, name) == 0;
            iptfs_suggest_offer(&nearest, plots->plots[j].name);
        }
        if (!found)
            return iptfs_fail(error, IPTFS_E_INVALID, "found plot '%s', allowed: those of %s%s",
                              iptfs_quoted(name).text, iptfs_quoted_path(plots->path).text,
                              iptfs_suggest_hint(&nearest).text);
    }
    return 0;
}

static int draw_all(const struct iptfs_plot_request *request, const struct iptfs_plots *plots,
                    FILE *out, struct iptfs_error *error)
{
    int first = 0;
    for (size_t i = 0; i < plots->count; i++) {
        struct iptfs_error why = {0};
        if (!wanted(request, plots->plots[i].name))
            continue;
        int code = draw_plot(request, &plots->plots[i], out, &why);
        if (code == IPTFS_E_NO_MEMORY)
            return iptfs_fail_no_memory(error);
        if (code != 0 && first == 0)
            first = iptfs_fail(error, code, "%s", why.text);
        else if (code != 0 && strcmp(why.text, error->text) != 0)
            iptfs_progress_message(request->progress, "%s", why.text);
    }
    return first;
}

static int load_plots(const struct iptfs_plot_request *request, struct iptfs_plots *plots,
                      struct iptfs_error *error)
{
    char *path = request->path != NULL ? strdup(request->path)
                                       : iptfs_path_join(request->directory, "sweep.ini");
    char *text = NULL;
    int code = path != NULL ? 0 : iptfs_fail_no_memory(error);
    if (code == 0 && request->path == NULL && access(path, R_OK) != 0)
        code = iptfs_fail(error, IPTFS_E_IO,
                          "%s: found no sweep.ini, allowed: a folder that a sweep has written; "
                          "--file FILE takes the plots of another file",
                          iptfs_quoted_path(request->directory).text);
    if (code == 0)
        code = iptfs_textfile_read(path, &text, error);
    if (code == 0)
        code = iptfs_plots_parse(plots, text, path, error);
    free(text);
    free(path);
    return code;
}

int iptfs_plot_command(const struct iptfs_plot_request *request, FILE *out,
                       struct iptfs_error *error)
{
    struct iptfs_plots plots;
    int code = load_plots(request, &plots, error);
    if (code != 0)
        return code;
    code = check_names(request, &plots, error);
    if (code == 0)
        code = draw_all(request, &plots, out, error);
    iptfs_plots_free(&plots);
    return code;
}

/* ------------------------------------------------------------------------------- removed plots */

static bool has_plot(const struct iptfs_plots *plots, const char *name)
{
    for (size_t i = 0; i < plots->count; i++)
        if (strcmp(plots->plots[i].name, name) == 0)
            return true;
    return false;
}

/* The plots before a change and after it. */
struct change {
    const struct iptfs_plots *old, *new;
};

/* Whether a file is of a plot that is no more. */
static bool is_removed(const char *name, void *ctx)
{
    static const char *const ends[] = {".svg", ".png", ".gp", ".csv"};
    const struct change *change = ctx;
    for (size_t i = 0; i < change->old->count; i++) {
        const char *plot = change->old->plots[i].name;
        size_t length = strlen(plot);
        if (strncmp(name, plot, length) != 0 || has_plot(change->new, plot))
            continue;
        for (size_t j = 0; j < sizeof ends / sizeof ends[0]; j++)
            if (strcmp(name + length, ends[j]) == 0)
                return true;
    }
    return false;
}

/* Pictures behind a link are not removed: they are where the user wants them. */
static int remove_plots(const char *folder, const struct iptfs_plots *old,
                        const struct iptfs_plots *new, struct iptfs_error *error)
{
    struct change change = {old, new};
    struct stat status;
    if (lstat(folder, &status) == 0 && S_ISLNK(status.st_mode))
        return 0;
    return iptfs_folder_remove_files(folder, is_removed, &change, error);
}

int iptfs_plot_remove_old(const char *directory, const char *text, struct iptfs_error *error)
{
    const struct iptfs_plot_request request = {.directory = directory};
    struct iptfs_plots old = {.path = NULL}, new = {.path = NULL};
    struct iptfs_error unused;
    int loaded = load_plots(&request, &old, &unused);
    if (loaded != 0)
        return loaded == IPTFS_E_NO_MEMORY ? iptfs_fail_no_memory(error)
                                           : 0; /* no sweep was here */
    char *folder = iptfs_path_join(directory, "plots");
    int code = folder != NULL ? iptfs_plots_parse(&new, text, "sweep.ini", error)
                              : iptfs_fail_no_memory(error);
    if (code == 0)
        code = remove_plots(folder, &old, &new, error);
    iptfs_plots_free(&new);
    iptfs_plots_free(&old);
    free(folder);
    return code;
}
