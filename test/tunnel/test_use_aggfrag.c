/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the ends request from each other (RFC 9347, 5.1): octets, rules, and a run. */
#include "base/error.h"
#include "run/run.h"
#include "scenario/to_model.h"
#include "sender/mode.h"
#include "summary/summary.h"
#include "support/check.h"
#include "tunnel/use_aggfrag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------- on the wire */

static void the_notification_is_nine_octets(void)
{
    static const uint8_t expected[] = {0, 0, 0, 9, 0, 0, 0x40, 0x3a, 0x03};
    uint8_t bytes[10];
    memset(bytes, 0xee, sizeof bytes);
    CHECK_INT(iptfs_use_aggfrag_encode(0x03, bytes, 9), 9);
    CHECK_BYTES(bytes, expected, 9);
    CHECK_INT(bytes[9], 0xee);
    CHECK_INT(iptfs_use_aggfrag_encode(0x03, bytes, 8), IPTFS_E_SHORT);
    for (int flags = 0; flags <= UINT8_MAX; flags++) {
        uint8_t found = (uint8_t)~flags;
        CHECK_INT(iptfs_use_aggfrag_encode((uint8_t)flags, bytes, sizeof bytes), 9);
        CHECK_INT(iptfs_use_aggfrag_decode(&found, bytes, sizeof bytes), 9);
        CHECK_INT(found, flags);
    }
}

static void check_decode(size_t at, uint8_t value, size_t size, int code)
{
    uint8_t bytes[16], flags = 0x55;
    iptfs_use_aggfrag_encode(0x02, bytes, sizeof bytes);
    bytes[at] = value;
    CHECK_INT(iptfs_use_aggfrag_decode(&flags, bytes, size), code);
    CHECK_INT(flags, code > 0 ? 0x02 : 0x55);
}

static void odd_notifications_are_read(void)
{
    check_decode(0, 41, 9, 9);   /* another payload follows */
    check_decode(1, 0xff, 9, 9); /* critical, reserved */
    check_decode(4, 3, 9, 9);    /* a protocol, but no SPI */
    check_decode(3, 8, 9, IPTFS_E_INVALID);
    check_decode(3, 10, 16, IPTFS_E_INVALID);
    check_decode(2, 1, 16, IPTFS_E_INVALID);
    check_decode(5, 4, 16, IPTFS_E_INVALID);
    check_decode(6, 0x41, 9, IPTFS_E_INVALID);
    check_decode(7, 0x3b, 9, IPTFS_E_INVALID);
    for (size_t size = 0; size < 9; size++)
        check_decode(0, 0, size, IPTFS_E_SHORT);
}

/* ----------------------------------------------------------------------------------- the rules */

static struct iptfs_agreement agree(uint8_t ours, uint8_t theirs, const char *mode,
                                    const char *back)
{
    const uint8_t flags[IPTFS_ENDS] = {ours, theirs};
    const struct iptfs_mode *const modes[] = {iptfs_mode_named(mode), iptfs_mode_named(back)};
    const bool informs[] = {modes[0]->congestion || !modes[0]->aggfrag,
                            modes[1]->congestion || !modes[1]->aggfrag};
    return iptfs_negotiate(flags, modes, informs);
}

/* What one end announces about fragments binds the other end only. */
static void dont_fragment_binds_the_peer(void)
{
    for (uint8_t flags = 0; flags < 4; flags++) {
        uint8_t ours = flags & 1, theirs = flags >> 1;
        struct iptfs_agreement agreement = agree(ours, theirs, "fixed-rate", "on-demand");
        CHECK_INT(agreement.outcome, IPTFS_AGGFRAG_USED);
        CHECK_INT(agreement.may_fragment[IPTFS_END_INITIATOR], theirs == 0);
        CHECK_INT(agreement.may_fragment[IPTFS_END_RESPONDER], ours == 0);
        CHECK_INT(agreement.flags[IPTFS_END_INITIATOR], ours);
        CHECK_INT(agreement.flags[IPTFS_END_RESPONDER], theirs);
        CHECK_INT(agreement.feedback[IPTFS_END_INITIATOR], IPTFS_FEEDBACK_NONE);
    }
}

static void unknown_flags_are_refused(void)
{
    for (unsigned flags = 0; flags <= UINT8_MAX; flags++) {
        struct iptfs_agreement ours = agree((uint8_t)flags, 1, "on-demand", "esp");
        struct iptfs_agreement theirs = agree(1, (uint8_t)flags, "esp", "on-demand");
        enum iptfs_outcome outcome = flags < 4 ? IPTFS_AGGFRAG_USED : IPTFS_AGGFRAG_REFUSED;
        CHECK_INT(ours.outcome, outcome);
        CHECK_INT(theirs.outcome, outcome);
        if (flags < 4)
            continue;
        CHECK_INT(ours.refuser, IPTFS_END_RESPONDER);
        CHECK_INT(ours.flags[IPTFS_END_RESPONDER], 0);
        CHECK_INT(theirs.refuser, IPTFS_END_INITIATOR);
        CHECK_INT(theirs.flags[IPTFS_END_RESPONDER], flags);
        CHECK_TRUE(ours.may_fragment[0] && theirs.may_fragment[1]);
    }
    CHECK_INT(agree(4, 8, "fixed-rate", "fixed-rate").refuser, IPTFS_END_RESPONDER);
}

static void nothing_is_asked_for_without_aggfrag(void)
{
    struct iptfs_agreement agreement = agree(0xff, 0xff, "esp", "none");
    CHECK_INT(agreement.outcome, IPTFS_AGGFRAG_NOT_ASKED);
    CHECK_INT(agreement.flags[0] | agreement.flags[1], 0);
    CHECK_TRUE(agreement.may_fragment[0] && agreement.may_fragment[1]);
    CHECK_STR(iptfs_outcome_name(agreement.outcome), "not asked for");
}

static void congestion_information_comes_back_where_it_can(void)
{
    static const struct {
        const char *back;
        enum iptfs_feedback feedback;
        const char *name;
    } rows[] = {
        {"congestion-controlled", IPTFS_FEEDBACK_HEADER, "headers"},
        {"esp", IPTFS_FEEDBACK_EMPTY, "empty payloads"},
        {"esp-transport", IPTFS_FEEDBACK_EMPTY, "empty payloads"},
        {"esp-pad", IPTFS_FEEDBACK_EMPTY, "empty payloads"},
        {"none", IPTFS_FEEDBACK_MISSING, "missing"},
        {"on-demand", IPTFS_FEEDBACK_MISSING, "missing"},
        {"fixed-rate", IPTFS_FEEDBACK_MISSING, "missing"},
        {"min-rate", IPTFS_FEEDBACK_MISSING, "missing"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_agreement asked = agree(2, 0, "congestion-controlled", rows[i].back);
        CHECK_INT(asked.feedback[IPTFS_END_INITIATOR], rows[i].feedback);
        CHECK_INT(asked.feedback[IPTFS_END_RESPONDER], IPTFS_FEEDBACK_NONE);
        CHECK_STR(iptfs_feedback_name(rows[i].feedback), rows[i].name);
        struct iptfs_agreement swapped = agree(0, 2, rows[i].back, "congestion-controlled");
        CHECK_INT(swapped.feedback[IPTFS_END_RESPONDER], rows[i].feedback);
        CHECK_INT(swapped.feedback[IPTFS_END_INITIATOR], IPTFS_FEEDBACK_NONE);
    }
}

/* ------------------------------------------------------------------------------------ in a run */

#define LOAD                                                                                       \
    "[traffic.a]\ntype = cbr\nphase = 0\nsize = 2000\nrate = 1600kbps\ncount = 10\n"               \
    "[traffic.b]\ntype = cbr\nphase = 0\nsize = 900\nrate = 720kbps\ncount = 10\n"

/* The summary of a run, and in *text, if wanted, what a person reads. */
static json_t *summary_of(const char *scenario_text, char **text)
{
    static struct iptfs_run run;
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    if (iptfs_scenario_parse_text(&scenario, scenario_text, "t.ini", NULL, 0, &error) != IPTFS_OK) {
        CHECK_FAIL("%s", error.text);
        return NULL;
    }
    int code = iptfs_run_init(&run, &scenario, scenario.seed, 0, &error);
    if (code == IPTFS_OK)
        code = iptfs_run_until(&run, scenario.duration_ps, &error);
    if (code == IPTFS_OK)
        code = iptfs_run_finish(&run, &error);
    if (!CHECK_INT(code, IPTFS_OK))
        return NULL;
    struct iptfs_summary_view view = iptfs_run_view(&run, scenario.duration_ps);
    json_t *summary = iptfs_summary_json(&view);
    if (text != NULL) {
        size_t size;
        FILE *out = open_memstream(text, &size);
        iptfs_summary_write_text(&view, &(struct iptfs_run_cost){1, 1}, out);
        fclose(out);
    }
    iptfs_run_free(&run);
    iptfs_scenario_free(&scenario);
    return summary;
}

static const json_t *at(const json_t *summary, const char *path)
{
    char copy[128], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", path);
    const json_t *value = summary;
    for (char *name = strtok_r(copy, ".", &rest); name != NULL; name = strtok_r(NULL, ".", &rest))
        value = json_object_get(value, name);
    if (value == NULL)
        CHECK_FAIL("%s: not in the summary", path);
    return value;
}

static int64_t count_at(const json_t *summary, const char *path)
{
    return json_integer_value(at(summary, path));
}

/* A peer that refuses fragments has the same effect on the sender as dont-frag. */
static void a_sender_obeys_a_peer_without_fragments(void)
{
    static const char *const modes[] = {"on-demand\n", "fixed-rate\npps = 1000\n",
                                        "min-rate\npps = 10\n"};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        char negotiated[512], chosen[512], free_to[512], *text = NULL;
        snprintf(negotiated, sizeof negotiated,
                 LOAD "[tunnel]\nmode = %s[tunnel.in]\naccept-fragments = off\n", modes[i]);
        snprintf(chosen, sizeof chosen, LOAD "[tunnel]\ndont-frag = on\nmode = %s", modes[i]);
        snprintf(free_to, sizeof free_to, LOAD "[tunnel]\nmode = %s", modes[i]);
        json_t *a = summary_of(negotiated, &text), *b = summary_of(chosen, NULL);
        json_t *c = summary_of(free_to, NULL);
        bool cut = i > 0; /* into IP fragments (RFC 9347, 2.2.6), but not on demand, as Linux */
        CHECK_INT(count_at(a, "inner.dropped.too-big"), cut ? 0 : 10);
        CHECK_INT(count_at(a, "inner.ip_fragmented"), cut ? 10 : 0);
        CHECK_INT(count_at(a, "inner.delivered.pkts"), cut ? 20 : 10);
        CHECK_TRUE(json_equal(at(a, "inner"), at(b, "inner")));
        CHECK_TRUE(json_equal(at(a, "outer"), at(b, "outer")));
        CHECK_INT(count_at(c, "inner.dropped.too-big"), 0);
        CHECK_TRUE(json_is_false(at(a, "negotiation.initiator.may_fragment")));
        CHECK_TRUE(json_is_true(at(b, "negotiation.initiator.may_fragment")));
        CHECK_INT(count_at(a, "negotiation.responder.flags"), 1);
        CHECK_STR(json_string_value(at(a, "negotiation.aggfrag")), "used");
        CHECK_TRUE(strstr(text, "the initiator sends no fragments") != NULL);
        free(text);
        json_decref(a);
        json_decref(b);
        json_decref(c);
    }
}

/* The receiver of the reverse direction is the initiator. */
static void ends_are_distinguished(void)
{
    json_t *summary = summary_of(LOAD "direction = reverse\n[tunnel.reverse.in]\n"
                                      "accept-fragments = off\n",
                                 NULL);
    CHECK_INT(count_at(summary, "negotiation.initiator.flags"), 1);
    CHECK_INT(count_at(summary, "negotiation.responder.flags"), 0);
    CHECK_TRUE(json_is_true(at(summary, "negotiation.initiator.may_fragment")));
    CHECK_TRUE(json_is_false(at(summary, "negotiation.responder.may_fragment")));
    CHECK_INT(count_at(summary, "inner.dropped.too-big"), 0);
    CHECK_INT(count_at(summary, "inner.delivered.pkts"), 10);
    json_decref(summary);
}

/* What is left after a refusal is plain ESP, to the last figure. */
static void plain_esp_remains_of_what_is_refused(void)
{
    char *text = NULL;
    json_t *refused = summary_of(LOAD "[tunnel.out]\nunknown-flags = 0x40\n", &text);
    json_t *esp = summary_of(LOAD "[tunnel]\nmode = esp\n", NULL);
    CHECK_TRUE(json_equal(at(refused, "inner"), at(esp, "inner")));
    CHECK_TRUE(json_equal(at(refused, "outer"), at(esp, "outer")));
    CHECK_TRUE(json_equal(at(refused, "delay_s"), at(esp, "delay_s")));
    CHECK_STR(json_string_value(at(refused, "negotiation.aggfrag")), "refused");
    CHECK_STR(json_string_value(at(refused, "negotiation.refused_by")), "responder");
    CHECK_STR(json_string_value(at(esp, "negotiation.aggfrag")), "not asked for");
    CHECK_STR(json_string_value(at(esp, "negotiation.refused_by")), "");
    CHECK_INT(count_at(refused, "negotiation.initiator.flags"), 64);
    CHECK_TRUE(strstr(text, "Negotiation          USE_AGGFRAG with flags 0x40, answered with "
                            "nothing\n  AGGFRAG is refused by the responder") != NULL);
    free(text);
    json_decref(refused);
    json_decref(esp);
    /* The answer is refused: both directions are plain, and fixed-rate ends with it. */
    refused = summary_of(LOAD "[tunnel]\nmode = fixed-rate\npps = 100\naccept-fragments = off\n"
                              "[tunnel.reverse]\nunknown-flags = 4\n",
                         &text);
    CHECK_STR(json_string_value(at(refused, "negotiation.refused_by")), "initiator");
    CHECK_TRUE(strstr(text, "flags 0x01, answered with 0x05\n") != NULL);
    CHECK_INT(count_at(refused, "outer.sent.pkts"), 30); /* 2000 octets are two IP fragments */
    CHECK_INT(count_at(refused, "reverse.outer.sent.pkts"), 0);
    free(text);
    json_decref(refused);
}

static void congestion_control_asks_by_itself(void)
{
    char *text = NULL;
    json_t *summary = summary_of("[tunnel]\nmode = congestion-controlled\n" LOAD, &text);
    CHECK_INT(count_at(summary, "negotiation.initiator.flags"), 2);
    CHECK_INT(count_at(summary, "negotiation.responder.flags"), 2);
    CHECK_STR(json_string_value(at(summary, "negotiation.initiator.congestion_information")),
              "headers");
    CHECK_TRUE(strstr(text, "the responder receives congestion information in AGGFRAG headers") !=
               NULL);
    free(text);
    json_decref(summary);
    summary = summary_of(
        "[tunnel]\nmode = congestion-controlled\n[tunnel.reverse]\nmode = esp\n" LOAD, &text);
    CHECK_INT(count_at(summary, "negotiation.initiator.flags"), 2);
    CHECK_INT(count_at(summary, "negotiation.responder.flags"), 0);
    CHECK_STR(json_string_value(at(summary, "negotiation.initiator.congestion_information")),
              "empty payloads");
    CHECK_TRUE(strstr(text, "in empty payloads over plain ESP") != NULL);
    free(text);
    json_decref(summary);
}

/* ----------------------------------------------------------------------------- contradictions */

static void contradictions_are_refused(void)
{
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"[tunnel]\nrequire-cc = on\n" LOAD,
         "t.ini:2: [tunnel] require-cc: found 'on', allowed: off, or congestion-info = on in the "
         "other direction"},
        {"[tunnel]\nmode = esp\n[tunnel.out]\nrequire-cc = yes\n" LOAD,
         "t.ini:4: [tunnel.out] require-cc: found 'yes', allowed: off (mode esp has no AGGFRAG)"},
        {"[tunnel]\nmode = congestion-controlled\nrequire-cc = off\n" LOAD,
         "t.ini:3: [tunnel] require-cc: found 'off', allowed: on (mode congestion-controlled needs "
         "congestion information)"},
        {"[tunnel]\nmode = congestion-controlled\n[tunnel.reverse]\nmode = on-demand\n" LOAD,
         "t.ini:3: [tunnel.reverse] congestion-info: found nothing, allowed: on (the other "
         "direction requests it with require-cc)"},
        {"[tunnel]\nmode = congestion-controlled\n[tunnel.reverse]\nmode = none\n" LOAD,
         "t.ini:4: [tunnel.reverse] mode: found 'none', allowed: congestion-controlled, or one of "
         "plain ESP (the other direction requests congestion information with require-cc)"},
        {"[tunnel.reverse]\nmode = congestion-controlled\n" LOAD,
         "t.ini: [tunnel] congestion-info: found nothing, allowed: on (the other direction "
         "requests it with require-cc)"},
        {"[tunnel]\nunknown-flags = 6\n" LOAD,
         "t.ini:2: [tunnel] unknown-flags: found '6', allowed: a multiple of 4 (1 and 2 are the "
         "flags of require-cc and accept-fragments)"},
        {"[tunnel]\nunknown-flags = 253\n" LOAD,
         "t.ini:2: [tunnel] unknown-flags: found '253', allowed: 0 to 252"},
        {"[tunnel.out]\naccept-fragments = off\n" LOAD,
         "t.ini:2: [tunnel.out] accept-fragments: found an option of direction in, allowed: only "
         "in [tunnel.in] or [tunnel] (it belongs to the receiver's SA)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_scenario scenario;
        struct iptfs_error error = {0};
        CHECK_INT(iptfs_scenario_parse_text(&scenario, rows[i].text, "t.ini", NULL, 0, &error),
                  IPTFS_E_INVALID);
        CHECK_STR(error.text, rows[i].message);
        iptfs_scenario_free(&scenario);
    }
}

const CU_TestInfo iptfs_tests_use_aggfrag[] = {
    {"the notification is nine octets", the_notification_is_nine_octets},
    {"odd notifications are refused or accepted", odd_notifications_are_read},
    {"don't fragment binds the peer", dont_fragment_binds_the_peer},
    {"unknown flags are refused", unknown_flags_are_refused},
    {"nothing is asked for without AGGFRAG", nothing_is_asked_for_without_aggfrag},
    {"congestion information comes back where it can",
     congestion_information_comes_back_where_it_can},
    {"a sender obeys a peer without fragments", a_sender_obeys_a_peer_without_fragments},
    {"ends are distinguished", ends_are_distinguished},
    {"plain ESP remains of what is refused", plain_esp_remains_of_what_is_refused},
    {"congestion control asks by itself", congestion_control_asks_by_itself},
    {"contradictions are refused", contradictions_are_refused},
    CU_TEST_INFO_NULL,
};
