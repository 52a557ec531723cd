/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/engine.h"

#include "base/asserts.h"
#include "text/choice.h"

/* A new engine adds its name here and in the table. */
extern const struct iptfs_sweep_engine iptfs_engine_parallel, iptfs_engine_slurm;

static const struct iptfs_sweep_engine *const engines[] = {
    &iptfs_engine_parallel,
    &iptfs_engine_slurm,
};

enum {
    ENGINES = sizeof engines / sizeof engines[0]
};

const struct iptfs_sweep_engine *iptfs_sweep_engine_at(size_t index)
{
    return index < ENGINES ? engines[index] : NULL;
}

/* The engines that use one of these options, "slurm, other", cut to `size`. */
static void list_names(unsigned uses, char *names, size_t size)
{
    size_t length = 0;
    names[0] = '\0';
    for (size_t i = 0; i < ENGINES && length < size; i++)
        if ((engines[i]->uses & uses) != 0)
            length += (size_t)snprintf(names + length, size - length, "%s%s",
                                       length > 0 ? ", " : "", engines[i]->name);
}

static const char *name_at(size_t index)
{
    return index < ENGINES ? engines[index]->name : NULL;
}

int iptfs_sweep_engine_find(const char *name, const struct iptfs_sweep_engine **engine,
                            struct iptfs_error *error)
{
    size_t index = 0;
    int code = iptfs_choose(name, name_at, &index, error);
    if (code == 0)
        *engine = engines[index];
    return code;
}

int iptfs_sweep_engine_check(const struct iptfs_sweep_engine *engine,
                             const struct iptfs_engine_options *options, struct iptfs_error *error)
{
    const struct {
        const char *name;
        unsigned use;
        bool given;
    } rows[] = {
        {"--sshlogin", IPTFS_ENGINE_SSHLOGIN, options->n_sshlogins > 0},
        {"--sbatch", IPTFS_ENGINE_SBATCH, options->n_sbatch > 0},
        {"--shard", IPTFS_ENGINE_SHARD, options->shard > 0},
        {"--no-wait", IPTFS_ENGINE_NO_WAIT, options->no_wait},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char allowed[200];
        if (!rows[i].given || (engine->uses & rows[i].use) != 0)
            continue;
        list_names(rows[i].use, allowed, sizeof allowed);
        return iptfs_fail(error, IPTFS_E_INVALID, "found %s, allowed: with --engine %s",
                          rows[i].name, allowed);
    }
    return 0;
}

size_t iptfs_engine_write_shard(const struct iptfs_engine_work *work, size_t first, size_t most,
                                FILE *file)
{
    IPTFS_ASSERT(first < work->n_points && most > 0);
    size_t end = work->n_points - first < most ? work->n_points : first + most;
    for (size_t i = first; i < end; i++)
        fprintf(file, "%s%zu:%s", i == first ? "" : ",", work->points[i].index, work->points[i].id);
    return end;
}
