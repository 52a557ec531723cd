/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/drive.h"

#include "base/units.h"
#include "files/interrupt.h"
#include "files/textfile.h"
#include "files/wall_clock.h"
#include "text/quantity.h"

#include <stdio.h>

/* The wall-clock time that a slice should take, in seconds. */
static const double slice_least_s = 0.02, slice_most_s = 0.1;

/* When what is ahead is estimated, and what is worth a message: seconds, octets. */
static const double estimate_after_s = 2.0, much_time_s = 60.0, much_output = 1e9;

/* What a part of a run shows about the whole of it. */
struct outlook {
    double spent_s;
    double part; /* of the duration */
    double pkts; /* outer packets */
    double octets;
};

static uint64_t count_pkts(const struct iptfs_run *run)
{
    uint64_t pkts = 0;
    for (int i = 0; i < IPTFS_DIRECTIONS; i++)
        if (run->direction[i].used)
            pkts += run->direction[i].tunnel.counters.value[IPTFS_YANG_TX_PKTS];
    return pkts;
}

static struct outlook look(const struct iptfs_run_drive *drive, double spent_s)
{
    return (struct outlook){
        .spent_s = spent_s,
        .part = (double)drive->now_ps / (double)drive->run->scenario->duration_ps,
        .pkts = (double)count_pkts(drive->run),
        .octets = (double)iptfs_run_output_octets(drive->output),
    };
}

/* "10.8 s of 50 s, 1.2 of ~2.6 M packets, 3.1 GB of ~6.9 GB" */
static void report_progress(const struct iptfs_run_drive *drive, const struct outlook *so_far)
{
    int64_t duration_ps = drive->run->scenario->duration_ps;
    struct iptfs_text now = iptfs_show_time(drive->now_ps), all = iptfs_show_time(duration_ps);
    struct iptfs_text octets = iptfs_show_octets((uint64_t)so_far->octets);
    struct iptfs_text expected = iptfs_show_octets((uint64_t)(so_far->octets / so_far->part));
    iptfs_progress_note(drive->progress, "%s of %s, %.3g of ~%.3g M packets%s%s%s%s", now.text,
                        all.text, so_far->pkts / 1e6, so_far->pkts / so_far->part / 1e6,
                        so_far->octets > 0 ? ", " : "", so_far->octets > 0 ? octets.text : "",
                        so_far->octets > 0 ? " of ~" : "", so_far->octets > 0 ? expected.text : "");
    iptfs_progress_update(drive->progress, iptfs_seconds(drive->now_ps), iptfs_seconds(duration_ps),
                          NULL);
}

/* Says what is ahead when that is much: for a log, or before a disk is full. */
static void announce(const struct iptfs_run_drive *drive, const struct outlook *so_far)
{
    double left = 1.0 / so_far->part - 1.0;
    double time_s = so_far->spent_s * left, octets = so_far->octets * left;
    bool shown = iptfs_progress_watched(drive->progress);
    char files[192] = "";
    if (drive->quiet || ((shown || time_s < much_time_s) && octets < much_output))
        return;
    uint64_t limit = drive->output->max_octets;
    if (so_far->octets > 0)
        snprintf(files, sizeof files, ", %s of files%s%s%s",
                 iptfs_show_octets((uint64_t)octets).text, limit > 0 ? " (--max-output " : "",
                 limit > 0 ? iptfs_exact_octets(limit).text : "", limit > 0 ? ")" : "");
    int64_t left_ps = drive->run->scenario->duration_ps - drive->now_ps;
    iptfs_progress_message(drive->progress,
                           "%s: ahead: %s of simulated time, about %.3g million outer packets%s, "
                           "%.0f %s",
                           iptfs_quoted_path(drive->run->scenario->path).text,
                           iptfs_show_time(left_ps).text, so_far->pkts * left / 1e6, files,
                           time_s < 100 ? time_s : time_s / 60.0, time_s < 100 ? "s" : "min");
}

/* The next slice, as long as the last one or adapted to what that took. */
static int64_t adapt(int64_t slice_ps, double took_s)
{
    if (took_s < slice_least_s && slice_ps < IPTFS_TIME_MAX_PS / 2)
        return 2 * slice_ps;
    return took_s > slice_most_s && slice_ps > 1 ? slice_ps / 2 : slice_ps;
}

static void sample(const struct iptfs_run_drive *drive)
{
    struct iptfs_summary_view view = iptfs_run_view_whole(drive->run, drive->now_ps);
    iptfs_series_sample(&drive->output->series, &view);
}

/* Runs to a time in slices, or to one at which the run has failed or a signal has come. */
static int drive_to(struct iptfs_run_drive *drive, int64_t until_ps, struct iptfs_error *error)
{
    int code = IPTFS_OK;
    while (drive->now_ps < until_ps && code == IPTFS_OK && iptfs_interrupt_signal() == 0) {
        double start_s = iptfs_wall_s();
        int64_t left_ps = until_ps - drive->now_ps;
        int64_t next_ps = left_ps > drive->slice_ps ? drive->now_ps + drive->slice_ps : until_ps;
        code = iptfs_run_until(drive->run, next_ps, error);
        if (code != IPTFS_OK)
            return code;
        drive->now_ps = next_ps;
        double end_s = iptfs_wall_s();
        struct outlook so_far = look(drive, end_s - drive->start_s);
        report_progress(drive, &so_far);
        if (!drive->announced && so_far.spent_s > estimate_after_s) {
            announce(drive, &so_far);
            drive->announced = true;
        }
        drive->slice_ps = adapt(drive->slice_ps, end_s - start_s);
        code = iptfs_run_output_check(drive->output, drive->run, drive->now_ps, error);
    }
    return code;
}

/* Nothing was measured yet. */
static int report_warm_up(const struct iptfs_run_drive *drive, struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_INTERRUPTED,
                      "interrupted at %s, within the warm-up of %s; nothing is written",
                      iptfs_show_time(drive->now_ps).text,
                      iptfs_show_time(drive->run->warm_up.cut_ps).text);
}

int iptfs_run_drive(struct iptfs_run_drive *drive, struct iptfs_error *error)
{
    int64_t duration_ps = drive->run->scenario->duration_ps;
    int64_t step_ps = drive->series_ps > 0 ? drive->series_ps : duration_ps;
    int code = IPTFS_OK;
    drive->start_s = iptfs_wall_s();
    drive->slice_ps = IPTFS_PS_PER_MS;
    if (drive->series_ps > 0) {
        struct iptfs_summary_view view = iptfs_run_view_whole(drive->run, 0);
        if (iptfs_series_begin(&drive->output->series, &view) != IPTFS_OK)
            return iptfs_fail_no_memory(error);
    }
    while (drive->now_ps < duration_ps && code == IPTFS_OK && iptfs_interrupt_signal() == 0) {
        int64_t left_ps = duration_ps - drive->now_ps;
        int64_t until_ps = left_ps > step_ps ? drive->now_ps + step_ps : duration_ps;
        code = drive_to(drive, until_ps, error);
        if (code == IPTFS_OK && drive->series_ps > 0 && drive->now_ps == until_ps)
            sample(drive);
    }
    iptfs_progress_end(drive->progress);
    if (code == IPTFS_OK && drive->now_ps < duration_ps && !drive->run->measuring)
        return report_warm_up(drive, error);
    if (code == IPTFS_OK && drive->now_ps < duration_ps)
        iptfs_run_interrupt(drive->run, drive->now_ps);
    return code;
}
