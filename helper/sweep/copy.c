/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/copy.h"

#include "files/outfile.h"
#include "files/program.h"
#include "files/textfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAKER_LINE "# made by iptfs-sim "

/* The octets of a text without a maker's line at its end: that of a copy of a copy. */
static size_t length_without_maker(const char *text)
{
    size_t length = strlen(text), at = length > 0 && text[length - 1] == '\n' ? length - 1 : length;
    while (at > 0 && text[at - 1] != '\n')
        at--;
    return strncmp(text + at, MAKER_LINE, strlen(MAKER_LINE)) == 0 ? at : length;
}

int iptfs_sweep_copy_write(const struct iptfs_sweep *sweep, const char *directory,
                           struct iptfs_error *error)
{
    struct iptfs_outfile file;
    size_t length = length_without_maker(sweep->text);
    int code = iptfs_outfile_open_in(&file, directory, IPTFS_SWEEP_COPY, error);
    if (code != 0)
        return code;
    fwrite(sweep->text, 1, length, file.file);
    if (length > 0 && sweep->text[length - 1] != '\n')
        fputc('\n', file.file);
    fprintf(file.file, MAKER_LINE "%s, sources %s\n", IPTFS_VERSION, iptfs_program_sources());
    code = iptfs_outfile_commit_synced(&file, error);
    return code == 0 ? iptfs_folder_sync(directory, error) : code;
}

int iptfs_sweep_copy_read(struct iptfs_sweep *sweep, struct iptfs_copy_maker *maker,
                          const char *directory, struct iptfs_error *error)
{
    int code = iptfs_sweep_load_copy(sweep, directory, IPTFS_SWEEP_COPY, error);
    if (code != 0)
        return code;
    const char *line = sweep->text + length_without_maker(sweep->text);
    if (sscanf(line, MAKER_LINE "%31[^,], sources %31s", maker->version, maker->sources) == 2)
        return 0;
    iptfs_sweep_free(sweep);
    return iptfs_fail(error, IPTFS_E_INVALID, "%s/" IPTFS_SWEEP_COPY ": does not say what made it",
                      iptfs_quoted_path(directory).text);
}
