/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which program this is: its version, the commit it was built from, and a hash of the sources that
 * its results come from. */
#ifndef IPTFS_FILES_PROGRAM_H
#define IPTFS_FILES_PROGRAM_H

/* As `git describe` has it, with "-dirty" when files were changed; "unknown" when it was built
 * without git. */
const char *iptfs_program_commit(void);

/* Twelve digits, the same for the same sources of model/ and helper/ but for those of the command
 * line and of what is made of finished results (the list is in wscript). */
const char *iptfs_program_sources(void);

/* "0.1.0 (1a2b3c4, sources 0123456789ab)" */
const char *iptfs_program_text(void);

#endif
