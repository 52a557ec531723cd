/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pictures by gnuplot: the one style that all plots of the program have, texts quoted so that
 * gnuplot does not interpret them, and the program gnuplot itself.
 *
 * A picture NAME is a script NAME.gp and the data beside it. Between iptfs_gnuplot_begin and
 * iptfs_gnuplot_end a script sets its labels and has one `plot` command, with line styles 1 to
 * IPTFS_GNUPLOT_STYLES. It can be run by hand in its folder ("gnuplot NAME.gp" writes NAME.svg and
 * NAME.png) and from here. In the script `dumb` is 1 where a terminal of letters is drawn on. */
#ifndef IPTFS_PLOT_GNUPLOT_H
#define IPTFS_PLOT_GNUPLOT_H

#include "base/error.h"

#include <stdio.h>

/* Line styles that differ in colour and in shape. */
#define IPTFS_GNUPLOT_STYLES 16

/* Writes the head of a script: terminals, fonts, colours, points, dashes, grid. */
void iptfs_gnuplot_begin(const char *name, FILE *script);

/* Writes its end, behind the plot command. */
void iptfs_gnuplot_end(const char *name, FILE *script);

/* Writes a text in quotes as gnuplot takes it. It contains no command, variable or markup: a quote
 * becomes an apostrophe, control characters and what is not UTF-8 become '?'. */
void iptfs_gnuplot_text(const char *text, FILE *script);

/* The same for a label of `set xtics`, where a '%' would be a format. */
void iptfs_gnuplot_tic(const char *text, FILE *script);

/* Runs FOLDER/NAME.gp, which draws NAME.svg and NAME.png; on error the older ones stay. IPTFS_E_IO
 * when gnuplot is missing, fails or draws half a picture, with its last message, or when a picture
 * cannot be written. */
int iptfs_gnuplot_draw(const char *folder, const char *name, struct iptfs_error *error);

/* Opens an empty file in memory that gnuplot can read: for plots that leave no files. -1 with
 * errno. Its path for gnuplot is written into `path`; it ends with the descriptor. */
int iptfs_gnuplot_memory_file(void);
void iptfs_gnuplot_memory_path(int fd, char *path, size_t size);

/* Runs the script in a file in memory, called `name` in messages, and copies what it draws with
 * letters to `out`, as wide as the terminal. Errors as above. */
int iptfs_gnuplot_show(int script, const char *name, FILE *out, struct iptfs_error *error);

#endif
