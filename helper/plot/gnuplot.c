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
#include <sys/mman.h>
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

/* A call of gnuplot, in a folder or (NULL) in the current one. What it writes goes to files in
 * memory: gnuplot does not notice when a disk is full, and nothing is left when it is killed. */
struct call {
    const char *folder;
    const char *argv[8];
    const char *script; /* as messages name it */
    int out;            /* -1: not opened */
    FILE *errors;
};

int iptfs_gnuplot_memory_file(void)
{
    return memfd_create("gnuplot", 0); /* gnuplot inherits it */
}

void iptfs_gnuplot_memory_path(int fd, char *path, size_t size)
{
    snprintf(path, size, "/dev/fd/%d", fd);
}

enum {
    WITHOUT_MEMORY = 125 /* exit status before gnuplot runs */
};

/* Replaces this process by gnuplot without the user's settings, so that plots are the same
 * everywhere. */
static void exec_gnuplot(const struct call *call)
{
    if ((call->folder != NULL && chdir(call->folder) != 0) || dup2(call->out, STDOUT_FILENO) < 0 ||
        dup2(fileno(call->errors), STDERR_FILENO) < 0 || setenv("LC_ALL", "C", 1) != 0)
        _exit(errno == ENOMEM ? WITHOUT_MEMORY : 126);
    iptfs_process_exec(call->argv);
}

/* The last line that gnuplot wrote and that is no warning; the lines before it show the place. */
static void last_line(FILE *errors, char *line, size_t size)
{
    char read[256];
    line[0] = '\0';
    rewind(errors);
    while (fgets(read, sizeof read, errors) != NULL)
        if (read[strspn(read, " \t\n^")] != '\0' && strstr(read, "arning: ") == NULL)
            snprintf(line, size, "%.200s", read);
    line[strcspn(line, "\n")] = '\0';
}

static int cannot_draw(const struct call *call, const char *why, struct iptfs_error *error)
{
    char line[256];
    last_line(call->errors, line, sizeof line);
    return iptfs_fail(error, IPTFS_E_IO, "%s: gnuplot cannot draw it%s%s%s%s", call->script,
                      *why != '\0' ? ": " : "", why, *line != '\0' ? ": " : "", line);
}

/* Whether a line is an error of gnuplot, '"delay.gp" line 7: ...', or of what draws for it.
 * Libraries write other lines, such as those about fonts that are not there. */
static bool is_error(const char *line)
{
    return (line[0] == '"' && strstr(line, " line ") != NULL) || strstr(line, "cairo") != NULL;
}

static int check_status(const struct call *call, int status, struct iptfs_error *error)
{
    char why[64] = "", line[256];
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        last_line(call->errors, line, sizeof line);
        return is_error(line) ? cannot_draw(call, "", error) : 0;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == IPTFS_PROCESS_NOT_STARTED)
        return iptfs_fail(error, IPTFS_E_IO,
                          "gnuplot cannot be started: is the package 'gnuplot-nox' installed?");
    if (WIFEXITED(status) && WEXITSTATUS(status) == WITHOUT_MEMORY)
        return iptfs_fail_no_memory(error);
    if (WIFSIGNALED(status))
        snprintf(why, sizeof why, "ended by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    return cannot_draw(call, why, error);
}

/* Runs gnuplot and keeps what it wrote in call->out and call->errors, which the caller closes. */
static int run(struct call *call, struct iptfs_error *error)
{
    int errors = iptfs_gnuplot_memory_file();
    call->out = iptfs_gnuplot_memory_file();
    call->errors = errors >= 0 ? fdopen(errors, "w+") : NULL;
    fflush(NULL);
    pid_t child = call->out >= 0 && call->errors != NULL ? fork() : -1;
    if (child == 0)
        exec_gnuplot(call);
    return child > 0 ? check_status(call, iptfs_process_wait(child), error)
                     : iptfs_fail(error, IPTFS_E_IO, "no process for gnuplot: %s", strerror(errno));
}

static void end_call(const struct call *call)
{
    if (call->errors != NULL)
        fclose(call->errors);
    if (call->out >= 0)
        close(call->out);
}

/* --------------------------------------------------------------------------------------- files */

/* A format of picture files, and the octets at the end of each that is complete; line ends may
 * follow them. */
struct format {
    const char *name; /* the argument of the scripts, and the end of file names */
    const char *end;
    size_t end_octets;
};

static const struct format formats[] = {
    {"svg", "</svg>", 6},
    {"png", "\0\0\0\0IEND\xae\x42\x60\x82", 12},
};

static bool is_complete(const struct format *format, int fd)
{
    char tail[32];
    off_t size = lseek(fd, 0, SEEK_END);
    off_t from = size > (off_t)sizeof tail ? size - (off_t)sizeof tail : 0;
    ssize_t length = pread(fd, tail, sizeof tail, from);
    while (length > 0 && tail[length - 1] == '\n')
        length--;
    size_t octets = format->end_octets;
    return length >= (ssize_t)octets &&
           memcmp(tail + (size_t)length - octets, format->end, octets) == 0;
}

/* Copies a file in memory; false when it cannot be read. */
static bool copy(int from, FILE *to)
{
    char octets[65536];
    ssize_t size = -1;
    if (lseek(from, 0, SEEK_SET) == 0)
        while ((size = read(from, octets, sizeof octets)) > 0)
            fwrite(octets, 1, (size_t)size, to);
    return size == 0;
}

static int write_picture(const struct call *call, const char *path, struct iptfs_error *error)
{
    struct iptfs_outfile picture;
    int code = iptfs_outfile_open(&picture, path, error);
    if (code == 0 && !copy(call->out, picture.file))
        code = iptfs_fail(error, IPTFS_E_IO, "%s: gnuplot's output cannot be read: %s",
                          call->script, strerror(errno));
    if (code == 0)
        code = iptfs_outfile_commit(&picture, error);
    iptfs_outfile_discard(&picture);
    return code;
}

static int draw(const char *folder, const char *name, const struct format *format,
                struct iptfs_error *error)
{
    char script[256], file[256], shown[512];
    snprintf(script, sizeof script, "%s.gp", name);
    snprintf(file, sizeof file, "%s.%s", name, format->name);
    snprintf(shown, sizeof shown, "%s/%s", iptfs_quoted_path(folder).text, script);
    struct call call = {
        .folder = folder,
        .argv = {"gnuplot", "-d", "-c", script, format->name},
        .script = shown,
        .out = -1,
    };
    char *path = iptfs_path_join(folder, file);
    int code = path != NULL ? run(&call, error) : iptfs_fail_no_memory(error);
    if (code == 0 && !is_complete(format, call.out))
        code = cannot_draw(&call, "its picture is not complete", error);
    if (code == 0)
        code = write_picture(&call, path, error);
    end_call(&call);
    free(path);
    return code;
}

int iptfs_gnuplot_draw(const char *folder, const char *name, struct iptfs_error *error)
{
    int code = 0;
    for (size_t i = 0; i < LENGTH(formats) && code == 0; i++)
        code = draw(folder, name, &formats[i], error);
    return code;
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

/* Copies the picture without the form feeds that gnuplot writes between pictures. */
static void print_lines(int from, FILE *out)
{
    char line[1024];
    FILE *drawn = lseek(from, 0, SEEK_SET) == 0 ? fdopen(dup(from), "r") : NULL;
    while (drawn != NULL && fgets(line, sizeof line, drawn) != NULL)
        if (line[0] != '\f')
            fputs(line, out);
    if (drawn != NULL)
        fclose(drawn);
}

int iptfs_gnuplot_show(int script, const char *name, FILE *out, struct iptfs_error *error)
{
    char width[24], height[24], path[64];
    long columns, lines;
    find_size(fileno(out), &columns, &lines);
    snprintf(width, sizeof width, "%ld", columns - 1);
    snprintf(height, sizeof height, "%ld", lines);
    iptfs_gnuplot_memory_path(script, path, sizeof path);
    struct call call = {
        .argv = {"gnuplot", "-d", "-c", path, "dumb", width, height},
        .script = name,
        .out = -1,
    };
    int code = run(&call, error);
    if (code == 0)
        print_lines(call.out, out);
    end_call(&call);
    return code;
}
