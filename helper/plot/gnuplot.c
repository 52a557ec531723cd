/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/gnuplot.h"

#include "files/outfile.h"
#include "files/process.h"
#include "files/textfile.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* --------------------------------------------------------------------------------------- style */

/* The colours of Okabe and Ito, in an order that keeps neighbours apart in grey too; without
 * yellow, which is hard to see on white. */
static const char *const colours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                      "#000000", "#E69F00", "#56B4E9"};
static const int points[] = {7, 5, 9, 13, 11, 15, 6, 4, 8, 12, 10};
static const char *const dashes[] = {"solid", "(12,5)", "(3,4)", "(14,4,3,4)", "(8,3,3,3,3,3)"};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Sets everything, so that no plot depends on settings of the one before. */
static const char style[] =
    "set encoding utf8\n"
    "set border 3 linewidth 1 linecolor rgb '#404040'\n"
    "set tics nomirror out scale 0.6\n"
    "set grid xtics ytics linetype 1 linewidth 0.7 linecolor rgb '#DDDDDD'\n"
    "if (dumb) unset grid\n"
    "set key outside right top vertical Left reverse noenhanced samplen 3 spacing 1.25 width 1\n"
    "if (dumb) set key outside bottom center horizontal; set bmargin 7\n"
    "set errorbars 0.7\n"
    "set boxwidth 0.8 relative\n"
    "set style fill solid 0.35 border\n";

/* From dark to light, uniform in grey and in colour (after viridis). */
static const char palette[] =
    "set palette defined (0 '#440154', 1 '#46327E', 2 '#365C8D', 3 '#277F8E', \\\n"
    "    4 '#1FA187', 5 '#4AC16D', 6 '#A0DA39', 7 '#FDE725')\n";

static const char terminals[] =
    "byhand = exists('ARGC') && ARGC > 0 ? 0 : 1\n"
    "what = byhand ? 'svg' : ARG1\n"
    "dumb = what eq 'dumb'\n"
    "if (what eq 'svg') set terminal svg size 860,520 dynamic noenhanced \\\n"
    "    font 'DejaVu Sans,Arial,sans-serif,15' background rgb 'white' linewidth 1.6\n"
    "if (what eq 'png') set terminal pngcairo size 1290,780 noenhanced \\\n"
    "    font 'DejaVu Sans,17' background rgb 'white' linewidth 2.2 pointscale 1.5\n"
    "if (dumb) set terminal dumb size ARG2 + 0, ARG3 + 0 noenhanced mono\n";

static void write_line_styles(FILE *script)
{
    for (size_t i = 0; i < IPTFS_GNUPLOT_STYLES; i++)
        fprintf(script,
                "set style line %zu linecolor rgb '%s' linewidth 1.5 pointtype %d pointsize 0.9 "
                "dashtype %s\n",
                i + 1, colours[i % LENGTH(colours)], points[i % LENGTH(points)],
                dashes[i % LENGTH(dashes)]);
}

void iptfs_gnuplot_begin(const char *name, FILE *script)
{
    fprintf(script,
            "# A plot of iptfs-sim. In the folder of this file\n"
            "#   gnuplot %s.gp                  writes %s.svg and %s.png\n"
            "#   gnuplot -c %s.gp dumb 100 30   draws with letters\n"
            "reset\n%s",
            name, name, name, name, terminals);
    fprintf(script, "if (byhand) set output '%s.svg'\n%s%s", name, style, palette);
    write_line_styles(script);
}

void iptfs_gnuplot_end(const char *name, FILE *script)
{
    fprintf(script,
            "if (byhand) {\n"
            "    set terminal pngcairo size 1290,780 noenhanced font 'DejaVu Sans,17' \\\n"
            "        background rgb 'white' linewidth 2.2 pointscale 1.5\n"
            "    set output '%s.png'\n"
            "    replot\n"
            "}\n"
            "unset output\n",
            name);
}

/* --------------------------------------------------------------------------------------- texts */

static bool is_utf8(const char *text)
{
    char buffer[256], *copy = strdup(text), *from = copy;
    size_t left = strlen(text), result = 0;
    iconv_t converter = copy != NULL ? iconv_open("UTF-32LE", "UTF-8") : (iconv_t)-1;
    if (converter == (iconv_t)-1) {
        free(copy);
        return false;
    }
    do {
        char *to = buffer;
        size_t space = sizeof buffer;
        result = iconv(converter, &from, &left, &to, &space);
    } while (result == (size_t)-1 && errno == E2BIG);
    iconv_close(converter);
    free(copy);
    return result != (size_t)-1;
}

/* In single quotes gnuplot knows no escapes, backquotes or variables, and ends at the next quote:
 * it reads a doubled one wrongly at the beginning, so that a quote becomes an apostrophe. */
static void write_quoted(const char *text, const char *percent, FILE *script)
{
    bool utf8 = is_utf8(text);
    fputc('\'', script);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '\'')
            fputs(utf8 ? "\xe2\x80\x99" : "?", script);
        else if (c == '%')
            fputs(percent, script);
        else
            fputc(c < ' ' || c == 0x7f || (c >= 0x80 && !utf8) ? '?' : c, script);
    }
    fputc('\'', script);
}

void iptfs_gnuplot_text(const char *text, FILE *script)
{
    write_quoted(text, "%", script);
}

void iptfs_gnuplot_tic(const char *text, FILE *script)
{
    write_quoted(text, "%%", script);
}

/* ------------------------------------------------------------------------------------- gnuplot */

/* Replaces this process by gnuplot without the user's settings, so that plots are the same
 * everywhere. */
static void exec_gnuplot(const char *folder, const char *const *argv, int out, int errors)
{
    if (chdir(folder) != 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(errors, STDERR_FILENO) < 0 ||
        setenv("LC_ALL", "C", 1) != 0)
        _exit(126);
    iptfs_process_exec(argv);
}

/* The last line that gnuplot wrote; the lines before it show the place. */
static void last_line(FILE *errors, char *line, size_t size)
{
    char read[256];
    line[0] = '\0';
    rewind(errors);
    while (fgets(read, sizeof read, errors) != NULL)
        if (read[strspn(read, " \t\n^")] != '\0')
            snprintf(line, size, "%.200s", read);
    line[strcspn(line, "\n")] = '\0';
}

static int check_status(int status, const char *folder, const char *name, FILE *errors,
                        struct iptfs_error *error)
{
    char line[256];
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == IPTFS_PROCESS_NOT_STARTED)
        return iptfs_fail(error, IPTFS_E_IO,
                          "gnuplot cannot be started: is the package 'gnuplot-nox' installed?");
    last_line(errors, line, sizeof line);
    return iptfs_fail(error, IPTFS_E_IO, "%s/%s.gp: gnuplot cannot draw it%s%s",
                      iptfs_quoted_path(folder).text, name, *line != '\0' ? ": " : "", line);
}

/* Runs the script; what it draws goes to `out`. */
static int run(const char *folder, const char *name, const char *const *arguments, int out,
               struct iptfs_error *error)
{
    char script[256];
    snprintf(script, sizeof script, "%s.gp", name);
    const char *argv[] = {"gnuplot",    "-d",         "-c",         script,
                          arguments[0], arguments[1], arguments[2], NULL};
    FILE *errors = tmpfile();
    fflush(NULL);
    pid_t child = errors != NULL ? fork() : -1;
    if (child == 0)
        exec_gnuplot(folder, argv, out, fileno(errors));
    int status = child > 0 ? iptfs_process_wait(child) : 0;
    int code = child > 0
                   ? check_status(status, folder, name, errors, error)
                   : iptfs_fail(error, IPTFS_E_IO, "no process for gnuplot: %s", strerror(errno));
    if (errors != NULL)
        fclose(errors);
    return code;
}

static int draw(const char *folder, const char *name, const char *form, struct iptfs_error *error)
{
    const char *const arguments[] = {form, NULL, NULL};
    char file[256];
    struct iptfs_outfile picture = {.file = NULL};
    snprintf(file, sizeof file, "%s.%s", name, form);
    char *path = iptfs_path_join(folder, file);
    int code =
        path != NULL ? iptfs_outfile_open(&picture, path, error) : iptfs_fail_no_memory(error);
    if (code == 0)
        code = run(folder, name, arguments, fileno(picture.file), error);
    if (code == 0)
        code = iptfs_outfile_commit(&picture, error);
    iptfs_outfile_discard(&picture);
    free(path);
    return code;
}

int iptfs_gnuplot_draw(const char *folder, const char *name, struct iptfs_error *error)
{
    int code = draw(folder, name, "svg", error);
    return code != 0 ? code : draw(folder, name, "png", error);
}

/* ------------------------------------------------------------------------------------ terminal */

static long from_environment(const char *name)
{
    const char *text = getenv(name);
    return text != NULL ? strtol(text, NULL, 10) : 0;
}

/* Columns and lines of the terminal, or defaults. */
static void find_size(int terminal, long *columns, long *lines)
{
    struct winsize size = {.ws_col = 0};
    bool known = ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
    *columns = known ? size.ws_col : from_environment("COLUMNS");
    *lines = known ? size.ws_row - 2 : from_environment("LINES") - 2;
    if (*columns < 40 || *columns > 400)
        *columns = *columns < 1 ? 80 : *columns < 40 ? 40 : 400;
    *lines = *lines < 1 ? 26 : *lines < 16 ? 16 : *lines > 40 ? 40 : *lines;
}

int iptfs_gnuplot_show(const char *folder, const char *name, FILE *out, struct iptfs_error *error)
{
    char width[24], height[24], line[1024];
    long columns, lines;
    FILE *drawn = tmpfile();
    find_size(fileno(out), &columns, &lines);
    snprintf(width, sizeof width, "%ld", columns - 1);
    snprintf(height, sizeof height, "%ld", lines);
    const char *const arguments[] = {"dumb", width, height};
    int code = drawn != NULL
                   ? run(folder, name, arguments, fileno(drawn), error)
                   : iptfs_fail(error, IPTFS_E_IO, "no temporary file: %s", strerror(errno));
    if (drawn == NULL)
        return code;
    rewind(drawn);
    while (code == 0 && fgets(line, sizeof line, drawn) != NULL)
        if (line[0] != '\f')
            fputs(line, out);
    fclose(drawn);
    return code;
}
