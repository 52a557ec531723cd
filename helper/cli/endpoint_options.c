/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/endpoint_options.h"

#include "base/erase.h"
#include "cli/arguments.h"
#include "cli/exit_status.h"

#include <stdlib.h>
#include <string.h>

struct arguments {
    struct iptfs_endpoint_request request;
    char *key;         /* of --key, erased at the end */
    const char **sets; /* of --set, in order */
};

static error_t parse_argument(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct iptfs_endpoint_request *request = &arguments->request;
    switch (key) {
    case ARGP_KEY_ARG:
        if (request->in_path == NULL)
            request->in_path = value;
        else
            iptfs_argument_take(state, &request->out_path, value);
        break;
    case ARGP_KEY_END:
        if (request->out_path == NULL)
            iptfs_command_usage_error(state->name, "expected IN.pcap OUT.pcap");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static void free_key(struct arguments *arguments)
{
    if (arguments->key != NULL)
        iptfs_erase(arguments->key, strlen(arguments->key));
    free(arguments->key);
}

/* Takes a key out of the command line, where `ps` shows it until now. */
static void take_key(struct arguments *arguments, char *value, struct argp_state *state)
{
    free_key(arguments);
    arguments->key = strdup(value);
    if (arguments->key == NULL)
        argp_failure(state, IPTFS_EXIT_FAILED, 0, "out of memory");
    arguments->request.sa.key = arguments->key;
    memset(value, 'x', strlen(value));
}

static error_t parse_sa_option(int key, char *value, struct iptfs_sa_options *sa)
{
    switch (key) {
    case IPTFS_KEY_SALT:
        sa->salt = value;
        break;
    case IPTFS_KEY_KEY_FILE:
        sa->key_file = value;
        break;
    case IPTFS_KEY_SPI:
        sa->spi = value;
        break;
    case IPTFS_KEY_SRC:
        sa->source = value;
        break;
    case IPTFS_KEY_DST:
        sa->destination = value;
        break;
    case IPTFS_KEY_ESN:
        sa->esn = true;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

error_t iptfs_endpoint_parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct iptfs_endpoint_request *request = &arguments->request;
    switch (key) {
    case IPTFS_KEY_SCENARIO:
        request->scenario_path = value;
        break;
    case IPTFS_KEY_SET:
        arguments->sets[request->n_sets++] = value;
        break;
    case IPTFS_KEY_KEY:
        take_key(arguments, value, state);
        break;
    case IPTFS_KEY_SEQ_FROM:
        request->seq_from = value;
        break;
    case IPTFS_KEY_ESP_SA:
        request->esp_sa_path = value;
        break;
    case IPTFS_KEY_MAX_OUTPUT:
        request->max_output_octets = iptfs_argument_octets("--max-output", value);
        break;
    case IPTFS_KEY_JSON:
        request->json = true;
        break;
    case 'q':
        request->quiet = true;
        break;
    default:
        return parse_sa_option(key, value, &request->sa) == 0 ? 0
                                                              : parse_argument(key, value, state);
    }
    return 0;
}

int iptfs_endpoint_main(const struct iptfs_command *command, iptfs_endpoint_function *function,
                        int argc, char **argv)
{
    struct iptfs_error error = {0};
    struct arguments arguments = {.request = {.max_output_octets = IPTFS_MAX_OUTPUT_OCTETS},
                                  .sets = iptfs_command_pointers(argc)};
    iptfs_command_parse(command, 0, argc, argv, &arguments);
    arguments.request.sets = arguments.sets;
    int code = function(&arguments.request, stdout, stderr, &error);
    free(arguments.sets);
    free_key(&arguments);
    return iptfs_command_finish(code, &error);
}
