/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/completion.h"

#include "cli/commands.h"
#include "cli/list.h"
#include "cli/unknown_option.h"
#include "scenario/sections.h"
#include "sweep/engine.h"

#include <string.h>

/* ------------------------------------------------------------------------------------- scripts */

/* Words are split here and not by readline, for which '=' and ':' begin a new word. It replaces
 * only what follows the last of them, so what stands before is taken off the candidates. */
static const char bash_script[] =
    "# Completion of iptfs-sim for bash.\n"
    "_iptfs_sim()\n"
    "{\n"
    "    local line=${COMP_LINE:0:COMP_POINT} words word prefix='' found\n"
    "    read -ra words <<<\"$line\"\n"
    "    [[ $line == *[[:space:]] ]] && words+=('')\n"
    "    word=${words[-1]}\n"
    "    mapfile -t found < <(\"${words[0]}\" __complete \"${words[@]:1}\" 2>/dev/null)\n"
    "    COMPREPLY=()\n"
    "    case ${found[0]} in\n"
    "    :files) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"${word#--*=}\") "
    ";;\n"
    "    :directories) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "
    "\"${word#--*=}\") ;;\n"
    "    *)\n"
    "        [[ $COMP_WORDBREAKS == *=* && $word == *=* ]] && prefix=${word%\"${word##*=}\"}\n"
    "        COMPREPLY=(\"${found[@]%%$'\\t'*}\")\n"
    "        COMPREPLY=(\"${COMPREPLY[@]#\"$prefix\"}\")\n"
    "        [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=.] ]] && compopt -o nospace\n"
    "        ;;\n"
    "    esac\n"
    "}\n"
    "complete -F _iptfs_sim iptfs-sim\n";

static const char zsh_script[] =
    "#compdef iptfs-sim\n"
    "# Completion of iptfs-sim for zsh.\n"
    "_iptfs_sim()\n"
    "{\n"
    "    local -a found candidates described whole\n"
    "    local line\n"
    "    found=(\"${(@f)$(\"${words[1]}\" __complete \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
    "    case ${found[1]} in\n"
    "    :files) _files; return ;;\n"
    "    :directories) _files -/; return ;;\n"
    "    esac\n"
    "    for line in $found; do\n"
    "        candidates+=(\"${line%%$'\\t'*}\")\n"
    "        described+=(\"${line/$'\\t'/  -- }\")\n"
    "    done\n"
    "    if [[ ${#candidates} == 1 && ${candidates[1]} == *[=.] ]]; then\n"
    "        compadd -S '' -a candidates\n"
    "    else\n"
    "        compadd -l -d described -a candidates\n"
    "    fi\n"
    "}\n"
    "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
    "    _iptfs_sim \"$@\"\n"
    "else\n"
    "    compdef _iptfs_sim iptfs-sim\n"
    "fi\n";

bool iptfs_completion_script(const char *shell, FILE *out)
{
    if (strcmp(shell, "bash") == 0)
        fputs(bash_script, out);
    else if (strcmp(shell, "zsh") == 0)
        fputs(zsh_script, out);
    else
        return false;
    return true;
}

/* ---------------------------------------------------------------------------------- candidates */

/* What is being completed: `before` is the part of the word that stays, "--set=" or "". */
struct completion {
    const char *before;
    size_t before_length;
    const char *typed;
    FILE *out;
};

static void offer(const struct completion *to, const char *word, const char *end,
                  const char *meaning)
{
    char whole[256];
    snprintf(whole, sizeof whole, "%s%s", word, end);
    if (strncmp(whole, to->typed, strlen(to->typed)) != 0)
        return;
    fprintf(to->out, "%.*s%s", (int)to->before_length, to->before, whole);
    if (meaning != NULL)
        fprintf(to->out, "\t%s", meaning);
    fputc('\n', to->out);
}

static void offer_files(const struct completion *to)
{
    fputs(":files\n", to->out);
}

static void offer_directories(const struct completion *to)
{
    fputs(":directories\n", to->out);
}

static void offer_commands(const struct completion *to)
{
    const struct iptfs_command *command;
    for (size_t i = 0; (command = iptfs_command_at(i)) != NULL; i++)
        if (!command->hidden)
            offer(to, command->name, "", command->summary);
}

static void offer_shells(const struct completion *to)
{
    offer(to, "bash", "", NULL);
    offer(to, "zsh", "", NULL);
}

static void offer_engines(const struct completion *to)
{
    const struct iptfs_sweep_engine *engine;
    for (size_t i = 0; (engine = iptfs_sweep_engine_at(i)) != NULL; i++)
        offer(to, engine->name, "", engine->meaning);
}

static void offer_topics(const struct completion *to)
{
    const char *name;
    for (size_t i = 0; (name = iptfs_list_topic_at(i)) != NULL; i++)
        offer(to, name, "", iptfs_list_title_at(i));
}

/* Behind "section.key=": the words that the key knows. */
static void offer_values(const struct completion *to, const struct iptfs_option *option)
{
    struct completion value = *to;
    size_t length = strcspn(to->typed, "=") + 1;
    char before[300];
    snprintf(before, sizeof before, "%.*s%.*s", (int)to->before_length, to->before, (int)length,
             to->typed);
    value.before = before;
    value.before_length = strlen(before);
    value.typed = to->typed + length;
    if (option->kind == &iptfs_kind_switch) {
        offer(&value, "on", "", NULL);
        offer(&value, "off", "", NULL);
    }
    struct iptfs_word buffer[IPTFS_OPTION_WORDS_MAX + 1];
    for (const struct iptfs_word *word = iptfs_option_words(option, buffer);
         word != NULL && word->word != NULL; word++)
        if (word->meaning != NULL)
            offer(&value, word->word, "", word->meaning);
}

static void offer_keys(const struct completion *to)
{
    const struct iptfs_section *section;
    for (size_t i = 0; (section = iptfs_section_at(i)) != NULL; i++) {
        const struct iptfs_option *option;
        if (section == &iptfs_section_traffic)
            continue; /* the name of the section is the user's */
        for (size_t j = 0; (option = section->option_at(j)) != NULL; j++) {
            char name[128];
            size_t length =
                (size_t)snprintf(name, sizeof name, "%s.%s=", section->name, option->key);
            if (strncmp(to->typed, name, length) == 0)
                offer_values(to, option);
            else
                offer(to, name, "", option->meaning);
        }
    }
}

/* The name of an option's argument in the help text determines its completions. */
static const struct {
    const char *name;
    void (*offer)(const struct completion *to);
} kinds[] = {
    {"FILE", offer_files},       {"FILE.ini", offer_files},         {"FILE.scn", offer_files},
    {"IN.pcap", offer_files},    {"PREFIX", offer_files},           {"DIR", offer_directories},
    {"COMMAND", offer_commands}, {"ENGINE", offer_engines},         {"SHELL", offer_shells},
    {"TOPIC", offer_topics},     {"SECTION.KEY=VALUE", offer_keys},
};

/* `name` may stand in brackets, and only its first word counts. */
static void offer_kind(const struct completion *to, const char *name)
{
    name += strspn(name, "[");
    size_t length = strcspn(name, " ]");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strlen(kinds[i].name) == length && strncmp(kinds[i].name, name, length) == 0)
            kinds[i].offer(to);
}

static void offer_options(const struct completion *to, const struct argp_option *options)
{
    for (; options != NULL && !iptfs_option_is_last(options); options++) {
        char name[64];
        if (options->name == NULL || (options->flags & OPTION_HIDDEN) != 0)
            continue;
        snprintf(name, sizeof name, "--%s", options->name);
        offer(to, name, options->arg != NULL ? "=" : "", options->doc);
    }
}

/* The option whose value the last word is, because the word before is that option. */
static const struct argp_option *option_before(const struct iptfs_command *command,
                                               const char *word)
{
    const struct argp_option *option = NULL;
    if (strncmp(word, "--", 2) == 0 && strchr(word, '=') == NULL)
        option = iptfs_option_named(command->argp->options, word + 2, strlen(word + 2));
    else if (word[0] == '-' && word[1] != '\0' && word[2] == '\0')
        option = iptfs_option_lettered(command->argp->options, word[1]);
    return option != NULL && option->arg != NULL ? option : NULL;
}

static void complete_in(const struct iptfs_command *command, char **words, size_t count, FILE *out)
{
    const char *last = words[count - 1], *equals = strchr(last, '=');
    struct completion to = {"", 0, last, out};
    const struct argp_option *option = count > 1 ? option_before(command, words[count - 2]) : NULL;
    if (option == NULL && strncmp(last, "--", 2) == 0 && equals != NULL) {
        option = iptfs_option_named(command->argp->options, last + 2, (size_t)(equals - last) - 2);
        to = (struct completion){last, (size_t)(equals - last) + 1, equals + 1, out};
        if (option == NULL)
            return;
    }
    if (option != NULL) {
        offer_kind(&to, option->arg);
    } else if (*last == '-') {
        offer_options(&to, command->argp->options);
        offer_options(&to, iptfs_command_common_options);
    } else if (command->argp->args_doc != NULL) {
        offer_kind(&to, command->argp->args_doc);
    }
}

void iptfs_completion_write(char **words, size_t count, FILE *out)
{
    struct completion to = {"", 0, count > 0 ? words[count - 1] : "", out};
    const struct iptfs_command *command = count > 1 ? iptfs_command_named(words[0]) : NULL;
    if (command != NULL)
        complete_in(command, words + 1, count - 1, out);
    else if (count <= 1 && *to.typed == '-')
        offer_options(&to, iptfs_command_common_options);
    else if (count <= 1)
        offer_commands(&to);
}
