/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "files/program.h"

/* Given by wscript to this file only, so that a commit does not recompile everything. */
#ifndef IPTFS_COMMIT
#define IPTFS_COMMIT "unknown"
#define IPTFS_SOURCES "unknown"
#endif

const char *iptfs_program_commit(void)
{
    return IPTFS_COMMIT;
}

const char *iptfs_program_sources(void)
{
    return IPTFS_SOURCES;
}

const char *iptfs_program_text(void)
{
    return IPTFS_VERSION " (" IPTFS_COMMIT ", sources " IPTFS_SOURCES ")";
}
