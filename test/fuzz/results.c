/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder of a sweep with anything in it changed: files overwritten, cut, exchanged, removed,
 * made links, pipes and folders, and statements run on results.db. Then a command: it ends with one
 * line and touches nothing outside of the folder; what it shows, it shows twice. */
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "fuzz/result_folder.h"
#include "plot/data.h"
#include "plot/data_csv.h"
#include "plot/gnuplot_script.h"
#include "plot/plot.h"
#include "plot/sections.h"
#include "sweep/engine.h"
#include "sweep/show.h"
#include "sweep/sweep_run.h"

#include <ctype.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    EDITS_MAX = 8,
    SQL_STEPS_MAX = 20000,
    BLOCK = 4096
};

/* ------------------------------------------------------------------------------------- changes */

static int refuse_outside(void *ctx, int action, const char *a, const char *b, const char *c,
                          const char *d)
{
    (void)ctx;
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return action == SQLITE_ATTACH || action == SQLITE_DETACH || action == SQLITE_PRAGMA ||
                   action == SQLITE_FUNCTION
               ? SQLITE_DENY
               : SQLITE_OK;
}

static int stop(void *ctx)
{
    (void)ctx;
    return 1;
}

static void run_sql(const char *sql)
{
    sqlite3 *db;
    if (sqlite3_open(fuzz_result_path("results.db"), &db) == SQLITE_OK) {
        sqlite3_set_authorizer(db, refuse_outside, NULL);
        sqlite3_progress_handler(db, SQL_STEPS_MAX, stop, NULL);
        sqlite3_exec(db, sql, NULL, NULL, NULL);
    }
    sqlite3_close(db);
}

/* The contents of a file with octets of the input over it, or cut. */
static void overwrite(const struct fuzz_file *file, struct fuzz_input *input, bool cut)
{
    size_t at = (size_t)fuzz_between(input, 0, file->octets);
    size_t count = cut ? 0 : (size_t)fuzz_take(input, 1);
    uint8_t *bytes = malloc(file->octets + count + 1);
    memcpy(bytes, file->bytes, file->octets);
    for (size_t i = 0; i < count; i++)
        bytes[at + i] = (uint8_t)fuzz_take(input, 1);
    size_t end = at + count > file->octets ? at + count : file->octets;
    fuzz_result_write(file->name, bytes, cut ? at : end);
    free(bytes);
}

/* A page of zeros, as a disk leaves them. */
static void clear_page(const struct fuzz_file *file, struct fuzz_input *input)
{
    size_t page = (size_t)fuzz_between(input, 0, file->octets / BLOCK);
    size_t end = (page + 1) * BLOCK < file->octets ? (page + 1) * BLOCK : file->octets;
    uint8_t *bytes = malloc(file->octets + 1);
    memcpy(bytes, file->bytes, file->octets);
    memset(bytes + page * BLOCK, 0, end - page * BLOCK);
    fuzz_result_write(file->name, bytes, file->octets);
    free(bytes);
}

static size_t take_line(struct fuzz_input *input, char *line, size_t size)
{
    size_t length = 0;
    while (input->left > 0 && length < size - 1 && *input->next != '\0')
        line[length++] = (char)fuzz_take(input, 1);
    fuzz_take(input, 1);
    line[length] = '\0';
    return length;
}

static void add_file(struct fuzz_input *input)
{
    char name[FUZZ_NAME_MAX], line[512];
    bool point = fuzz_flag(input);
    take_line(input, line, 24);
    for (char *c = line; *c != '\0'; c++)
        *c = *c == '/' ? '_' : *c;
    snprintf(name, sizeof name, "%s%.30s%s", point ? "points/" : "", line, point ? ".json" : "x");
    fuzz_result_write(name, line, take_line(input, line, sizeof line));
}

static void edit(const struct fuzz_result_folder *folder, struct fuzz_input *input)
{
    const struct fuzz_file *file = &folder->file[fuzz_take(input, 1) % folder->count];
    const struct fuzz_file *other = &folder->file[fuzz_take(input, 1) % folder->count];
    const char *path = fuzz_result_path(file->name);
    char line[512];
    switch (fuzz_take(input, 1) % 12) {
    case 0:
    case 1:
        overwrite(file, input, false);
        break;
    case 2:
        overwrite(file, input, true);
        break;
    case 3:
        fuzz_result_write(file->name, line, take_line(input, line, sizeof line));
        break;
    case 4:
        clear_page(file, input);
        break;
    case 5:
        fuzz_result_write(file->name, other->bytes, other->octets);
        break;
    case 6:
        remove(path);
        break;
    case 7:
        remove(path);
        MUST(symlink(folder->outside, path) == 0 || true);
        break;
    case 8:
        remove(path);
        MUST(mkfifo(path, 0644) == 0 || true);
        break;
    case 9:
        remove(path);
        mkdir(path, 0755);
        break;
    case 10:
        add_file(input);
        break;
    default:
        take_line(input, line, sizeof line);
        run_sql(line);
    }
}

/* ------------------------------------------------------------------------------------- commands */

static void check_outcome(int code, const struct iptfs_error *error)
{
    MUST(code == IPTFS_OK || code == IPTFS_E_INVALID || code == IPTFS_E_IO ||
         code == IPTFS_E_ENGINE);
    MUST((code == IPTFS_OK) == (error->code == IPTFS_OK));
    MUST((code == IPTFS_OK) == (error->text[0] == '\0'));
    for (const char *c = error->text; *c != '\0'; c++)
        MUST(!iscntrl((unsigned char)*c));
}

static int show(const struct iptfs_show_request *request, char **text)
{
    size_t size = 0;
    struct iptfs_error error = {0};
    FILE *out = open_memstream(text, &size);
    int code = iptfs_show(request, out, &error);
    fclose(out);
    check_outcome(code, &error);
    return code;
}

static int show_twice(const char *directory, uint64_t kind)
{
    const struct iptfs_show_request request = {
        .directory = directory,
        .columns = kind == 1 ? "delay_s.p99,seed" : NULL,
        .by = kind == 2 ? "tunnel.pkt-size" : NULL,
        .list = kind == 3,
        .csv = kind == 4,
        .json = kind == 5,
        .point = kind == 6 ? 2 : 0,
    };
    char *text = NULL, *again = NULL;
    int code = show(&request, &text);
    MUST(show(&request, &again) == code);
    MUST(strcmp(text, again) == 0);
    if (!request.csv && !request.json)
        for (const char *c = text; *c != '\0'; c++)
            MUST(!iscntrl((unsigned char)*c) || *c == '\n');
    free(text);
    free(again);
    return code;
}

/* All of a plot but gnuplot. */
static void plot(const struct fuzz_result_folder *folder)
{
    struct iptfs_plots plots;
    struct iptfs_plot_data data = {0};
    struct iptfs_error error = {0};
    char *text = NULL;
    size_t size = 0;
    const struct fuzz_file *sweep = &folder->file[1];
    char *sections = strndup((const char *)sweep->bytes, sweep->octets);
    MUST(iptfs_plots_parse(&plots, sections, "sweep.ini", &error) == IPTFS_OK);
    free(sections);
    int code = iptfs_plot_data_load(&data, &plots.plots[0], folder->path, &error);
    check_outcome(code, &error);
    if (code == IPTFS_OK) {
        FILE *out = open_memstream(&text, &size);
        iptfs_plot_write_csv(&data, out);
        iptfs_plot_write_script(&data, "p.csv", out);
        fclose(out);
        free(text);
        iptfs_plot_data_free(&data);
    }
    iptfs_plots_free(&plots);
}

static int run_nothing(const struct iptfs_engine_work *work, struct iptfs_error *error)
{
    (void)work;
    (void)error;
    return IPTFS_OK;
}

static int remove_old(void *ctx, const struct iptfs_sweep *sweep, const char *directory,
                      struct iptfs_error *error)
{
    (void)ctx;
    return iptfs_plot_remove_old(directory, sweep->text, error);
}

static void sweep(const struct fuzz_result_folder *folder, uint64_t kind)
{
    static const struct iptfs_sweep_engine engine = {.name = "none", .run = run_nothing};
    struct iptfs_error error = {0};
    const struct iptfs_sweep_request request = {
        .path = folder->sweep,
        .out_dir = folder->path,
        .engine = &engine,
        .command = "fuzz",
        .collect = kind == 0,
        .resume = kind == 1,
        .force = kind == 2,
        .quiet = true,
        .hooks = {.prepare = remove_old},
    };
    int code = iptfs_sweep_command(&request, stderr, &error);
    check_outcome(code, &error);
    if (code == IPTFS_OK)
        MUST(show_twice(folder->path, 0) == IPTFS_OK);
}

void fuzz_results(const uint8_t *bytes, size_t octets)
{
    const struct fuzz_result_folder *folder = fuzz_result_folder();
    struct fuzz_input input = {bytes, octets};
    uint64_t command = fuzz_take(&input, 1) % 12;
    fuzz_result_restore();
    for (int i = 0; i < EDITS_MAX && input.left > 0; i++)
        edit(folder, &input);
    if (command < 7)
        show_twice(folder->path, command);
    else if (command < 9)
        plot(folder);
    else
        sweep(folder, command - 9);
    fuzz_result_restore();
}
