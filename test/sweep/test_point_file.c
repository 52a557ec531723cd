/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of points: what counts as a result, and what --force removes. */
#include "sweep/point_file.h"

#include "files/outfile.h"
#include "support/check.h"
#include "support/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct iptfs_text first = {"0123456789abcdef"}, second = {"fedcba9876543210"};

#define FIRST "o/points/0123456789abcdef.json"
#define SECOND "o/points/fedcba9876543210.json"

/* The folder "o" of a sweep, whose path outlives other names. */
static const char *directory(void)
{
    static char path[256];
    snprintf(path, sizeof path, "%s", folder_file("o"));
    return path;
}

static void write_point(const struct iptfs_text *id, const char *key)
{
    struct iptfs_error error;
    json_t *summary = json_pack("{s:s, s:i}", "name", "base", key, 7);
    CHECK_INT(iptfs_point_file_write(summary, directory(), id, &error), 0);
    json_decref(summary);
}

static void make_points(void)
{
    folder_make();
    CHECK_INT(folder_shell("mkdir -p o/points"), 0);
    write_point(&first, "seed");
    write_point(&second, "seed");
}

static void results_are_read_back(void)
{
    struct iptfs_error error;
    json_t *summary = NULL;
    make_points();
    CHECK_HAS(FIRST, "{\n  \"id\": \"0123456789abcdef\",\n  \"hash\": \"");
    CHECK_HAS(FIRST, "\",\n  \"name\": \"base\",\n  \"seed\": 7\n}\n");
    CHECK_INT(iptfs_point_file_check(directory(), &first, &error), 0);
    if (CHECK_INT(iptfs_point_file_load(directory(), &first, &summary, &error), 0)) {
        CHECK_U64(json_object_size(summary), 2); /* without id and hash */
        CHECK_INT(json_integer_value(json_object_get(summary, "seed")), 7);
    }
    json_decref(summary);
    folder_remove();
}

/* Each line makes FIRST something that is not the result of the first point. */
static void other_files_are_no_results(void)
{
    static const struct {
        const char *line, *why;
    } bad[] = {
        {"rm $F", "No such file"},
        {": >$F", "is not the result of its point"},
        {"echo '{}' >$F", "is not the result of its point"},
        {"echo nonsense >$F", "is not the result of its point"},
        {"cp " SECOND " $F", "is not the result of its point"},
        {"head -c 60 $F >x; mv x $F", "is not the result of its point"},
        {"head -c -1 $F >x; mv x $F", "is not the result of its point"},
        {"echo >>$F", "is not the result of its point"},
        {"sed -i 's/: 7/: 8/' $F", "is not the result of its point"},
        {"sed -i '/name/d' $F", "is not the result of its point"},
        {"sed -i 's/  .name/  \"more\": 1,\\n&/' $F", "is not the result of its point"},
        {"sed -i '/hash/d' $F", "is not the result of its point"},
        {"sed -i 's/01234/f1234/' $F", "is not the result of its point"},
        {"printf '\\0' >>$F", "found a zero octet"},
        {"ln -sf fedcba9876543210.json $F", "found a symbolic link, allowed: a file"},
        {"rm $F; ln -s none $F", "found a symbolic link"},
        {"rm $F; mkfifo $F", "found a named pipe"},
        {"rm $F; mkdir $F", "Is a directory"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct iptfs_error error = {0};
        json_t *summary;
        char line[256];
        make_points();
        snprintf(line, sizeof line, "F=" FIRST "; %s", bad[i].line);
        CHECK_INT(folder_shell(line), 0);
        CHECK_INT(iptfs_point_file_check(directory(), &first, &error) != 0, 1);
        if (strstr(error.text, bad[i].why) == NULL)
            CHECK_FAIL("%s: \"%s\" is not in \"%s\"", bad[i].line, bad[i].why, error.text);
        CHECK_INT(iptfs_point_file_load(directory(), &first, &summary, &error) != 0, 1);
        CHECK_TRUE(summary == NULL);
        CHECK_INT(iptfs_point_file_check(directory(), &second, &error), 0);
        folder_remove();
    }
}

/* A result is written in place of a link, not through it. */
static void links_are_replaced(void)
{
    struct iptfs_error error;
    make_points();
    folder_write("foreign", "text\n");
    CHECK_INT(folder_shell("ln -sf ../../foreign " FIRST), 0);
    write_point(&first, "seed");
    CHECK_INT(iptfs_point_file_check(directory(), &first, &error), 0);
    CHECK_HAS("foreign", "text\n");
    CHECK_INT(folder_shell("test ! -L " FIRST), 0);
    folder_remove();
}

static void results_are_listed(void)
{
    struct iptfs_point_files files;
    struct iptfs_error error;
    make_points();
    CHECK_INT(folder_shell("cd o/points; touch x.json 0123456789abcdeg.json 0123456789abcde.json "
                           "0123456789abcdef.json.iptfs-tmp 0123456789abcdef.jsonx"),
              0);
    CHECK_INT(iptfs_point_files_list(directory(), &files, &error), 0);
    CHECK_U64(files.count, 2);
    CHECK_TRUE(iptfs_point_files_have(&files, &first));
    CHECK_TRUE(iptfs_point_files_have(&files, &second));
    CHECK_TRUE(!iptfs_point_files_have(&files, &(struct iptfs_text){"0123456789abcdee"}));
    free(files.ids);
    CHECK_INT(iptfs_point_files_list(folder_file("none"), &files, &error), 0);
    CHECK_U64(files.count, 0);
    folder_remove();
}

static void only_own_files_are_removed(void)
{
    struct iptfs_error error;
    make_points();
    CHECK_INT(folder_shell("cd o/points; touch mine.json my.json.bak 0123456789abcdef.json.bak "
                           "0123456789ABCDEF.json 0123456789abcdef.json.iptfs-tmp "
                           "0123456789abcdef.json.12.tmp 0123456789abcdef.json.12.iptfs-tmp; "
                           "mkdir 1111111111111111.json; touch ../../foreign; "
                           "ln -s ../../foreign 2222222222222222.json"),
              0);
    CHECK_INT(iptfs_point_files_remove(directory(), &error), 0);
    CHECK_INT(folder_shell("ls o/points >left"), 0);
    char *left = folder_read("left", NULL);
    CHECK_STR(left, "0123456789ABCDEF.json\n0123456789abcdef.json.bak\n1111111111111111.json\n"
                    "2222222222222222.json\nmine.json\nmy.json.bak\n");
    free(left);
    CHECK_INT(folder_shell("test -f foreign && mv o/points p && ln -s ../p o/points && "
                           "touch p/0123456789abcdef.json"),
              0);
    CHECK_INT(iptfs_point_files_remove(directory(), &error), IPTFS_E_IO);
    CHECK_TRUE(strstr(error.text, "found a symbolic link, allowed: a folder") != NULL);
    CHECK_INT(folder_shell("test -f p/0123456789abcdef.json && rm o/points"), 0);
    CHECK_INT(iptfs_point_files_remove(directory(), &error), 0); /* none there */
    folder_remove();
}

#define SWEEP                                                                                      \
    "[scenario]\nname = base\nduration = 20ms\n[link]\nrate = 10Mbps\ndelay = 1ms\n"               \
    "[traffic.a]\ntype = poisson\nsize = 200B\nrate = 1Mbps\n[sweep]\nlink.loss = 0, 1%\n"         \
    "seed = 1, 2\n"

/* Files that are no results are reported, and their points run again. */
static void spoilt_points_run_again(void)
{
    folder_make();
    folder_write("s.ini", SWEEP);
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out o --quiet"), 0);
        CHECK_INT(folder_shell("cp -r o good; set -- o/points/*.json; echo '{}' >$1; cp $3 $2; "
                               "rm $4; ln -s $3 $4; touch o/points/notes.json"),
                  0);
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 0);
        CHECK_HAS("stderr", ".json: is not the result of its point: cut, changed, or of another "
                            "point or program; the point is run again\n");
        CHECK_HAS("stderr", ".json: found a symbolic link, allowed: a file; the point is run "
                            "again\n");
        CHECK_HAS("stdout", "4: 1 there before, 3 run, 0 failed");
        CHECK_SAME("o/results.db", "good/results.db");
        CHECK_INT(folder_shell("set -- o/points/*.json; test ! -L $4 && echo '{}' >$1"), 0);
        CHECK_INT(folder_run("sweep s.ini --out o --collect"), 1);
        CHECK_HAS("stderr", "1 of 4 points failed");
        CHECK_INT(folder_run("sweep s.ini --out o --force --quiet"), 0);
        CHECK_SAME("o/results.db", "good/results.db");
        CHECK_INT(folder_shell("test -f o/points/notes.json"), 0);
    }
    folder_remove();
}

/* Keys of a point become names of columns, whatever they hold. */
static void keys_are_no_sql(void)
{
    static const char evil[] = "z\"); COMMIT; ATTACH 'pwned' AS x; CREATE TABLE x.y(z); --";
    folder_make();
    folder_write("s.ini", SWEEP);
    if (folder_have("parallel")) {
        struct iptfs_text id = {""};
        CHECK_INT(folder_run("sweep s.ini --out o --quiet"), 0);
        CHECK_INT(folder_shell("ls o/points | head -1 | cut -c 1-16 >id"), 0);
        char *text = folder_read("id", NULL);
        snprintf(id.text, sizeof id.text, "%.16s", text);
        free(text);
        write_point(&id, evil);
        CHECK_INT(folder_run("sweep s.ini --out o --resume --quiet"), 0);
        CHECK_INT(folder_run("show o --list --csv"), 0);
        CHECK_HAS("stdout", "\"z\"\"); COMMIT; ATTACH 'pwned' AS x; CREATE TABLE x.y(z); --\",");
        CHECK_INT(folder_run("show o"), 0);
        CHECK_TRUE(access(folder_file("pwned"), F_OK) != 0);
    }
    folder_remove();
}

/* Nothing that a sweep writes in its folder goes through a link to somewhere else. */
static void nothing_is_written_through_links(void)
{
    static const char *const names[] = {".lock", "manifest.json", "sweep.ini", "results.csv",
                                        "results.db"};
    folder_make();
    folder_write("s.ini", SWEEP);
    if (folder_have("parallel")) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            char line[128];
            folder_write("foreign", "text\n");
            snprintf(line, sizeof line, "rm -rf o && mkdir o && ln -s ../foreign o/%s", names[i]);
            CHECK_INT(folder_shell(line), 0);
            CHECK_INT(folder_run("sweep s.ini --out o --force --quiet"), i == 0 ? 2 : 0);
            if (i == 0)
                CHECK_HAS("stderr", "o/.lock: found a link or no file, allowed: a file");
            char *text = folder_read("foreign", NULL);
            CHECK_STR(text, "text\n");
            free(text);
        }
        CHECK_INT(folder_shell("rm -rf o && mkdir o && mkfifo o/results.csv o/sweep.ini"), 0);
        CHECK_INT(folder_run("sweep s.ini --out o --force --quiet"), 0);
        CHECK_INT(folder_shell("test -f o/results.csv"), 0);
    }
    folder_remove();
}

extern const CU_TestInfo iptfs_tests_point_file[];
const CU_TestInfo iptfs_tests_point_file[] = {
    {"results are read back", results_are_read_back},
    {"other files are no results", other_files_are_no_results},
    {"links are replaced", links_are_replaced},
    {"results are listed", results_are_listed},
    {"only own files are removed", only_own_files_are_removed},
    {"spoilt points run again", spoilt_points_run_again},
    {"keys are no SQL", keys_are_no_sql},
    {"nothing is written through links", nothing_is_written_through_links},
    CU_TEST_INFO_NULL,
};
