/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs every suite, those named on the command line, or with --part=K/N each Nth one from the Kth
 * on; closes with "N passed, N failed". */
#include "support/check.h"

#include <CUnit/Basic.h>
#include <CUnit/TestRun.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* One suite for each test file, which adds its line here and below. */
extern const CU_TestInfo iptfs_tests_clock[];
extern const CU_TestInfo iptfs_tests_units[];
extern const CU_TestInfo iptfs_tests_random[];
extern const CU_TestInfo iptfs_tests_error[];
extern const CU_TestInfo iptfs_tests_octets[];
extern const CU_TestInfo iptfs_tests_erase[];
extern const CU_TestInfo iptfs_tests_drop_cause[];
extern const CU_TestInfo iptfs_tests_ledger[];
extern const CU_TestInfo iptfs_tests_ecn_decap[];
extern const CU_TestInfo iptfs_tests_packet[];
extern const CU_TestInfo iptfs_tests_ip_header[];
extern const CU_TestInfo iptfs_tests_ip_fragment[];
extern const CU_TestInfo iptfs_tests_plpmtud[];
extern const CU_TestInfo iptfs_tests_ip_octets[];
extern const CU_TestInfo iptfs_tests_aggfrag[];
extern const CU_TestInfo iptfs_tests_esp[];
extern const CU_TestInfo iptfs_tests_replay_window[];
extern const CU_TestInfo iptfs_tests_aead[];
extern const CU_TestInfo iptfs_tests_outer_codec[];
extern const CU_TestInfo iptfs_tests_outer_ip[];
extern const CU_TestInfo iptfs_tests_inbound_sa[];
extern const CU_TestInfo iptfs_tests_queue[];
extern const CU_TestInfo iptfs_tests_packer[];
extern const CU_TestInfo iptfs_tests_packer_aggfrag[];
extern const CU_TestInfo iptfs_tests_packer_plain[];
extern const CU_TestInfo iptfs_tests_pacer[];
extern const CU_TestInfo iptfs_tests_sa_life[];
extern const CU_TestInfo iptfs_tests_numbering[];
extern const CU_TestInfo iptfs_tests_modes[];
extern const CU_TestInfo iptfs_tests_sender[];
extern const CU_TestInfo iptfs_tests_random_process[];
extern const CU_TestInfo iptfs_tests_in_flight[];
extern const CU_TestInfo iptfs_tests_transmitter[];
extern const CU_TestInfo iptfs_tests_impairments[];
extern const CU_TestInfo iptfs_tests_impair_loss[];
extern const CU_TestInfo iptfs_tests_impair_gemodel[];
extern const CU_TestInfo iptfs_tests_impair_reorder[];
extern const CU_TestInfo iptfs_tests_impair_duplicate[];
extern const CU_TestInfo iptfs_tests_impair_jitter[];
extern const CU_TestInfo iptfs_tests_impair_ce[];
extern const CU_TestInfo iptfs_tests_impair_blackouts[];
extern const CU_TestInfo iptfs_tests_impair_list[];
extern const CU_TestInfo iptfs_tests_direct_link[];
extern const CU_TestInfo iptfs_tests_link[];
extern const CU_TestInfo iptfs_tests_received[];
extern const CU_TestInfo iptfs_tests_reorder[];
extern const CU_TestInfo iptfs_tests_reorder_depth[];
extern const CU_TestInfo iptfs_tests_incomplete[];
extern const CU_TestInfo iptfs_tests_reassembly[];
extern const CU_TestInfo iptfs_tests_fingerprints[];
extern const CU_TestInfo iptfs_tests_receive_immediate[];
extern const CU_TestInfo iptfs_tests_ip_reassembly[];
extern const CU_TestInfo iptfs_tests_mixtures[];
extern const CU_TestInfo iptfs_tests_receiver[];
extern const CU_TestInfo iptfs_tests_collapse[];
extern const CU_TestInfo iptfs_tests_circuit_breaker[];
extern const CU_TestInfo iptfs_tests_report_breaker[];
extern const CU_TestInfo iptfs_tests_mtu[];
extern const CU_TestInfo iptfs_tests_delays[];
extern const CU_TestInfo iptfs_tests_dependence[];
extern const CU_TestInfo iptfs_tests_counters[];
extern const CU_TestInfo iptfs_tests_trace[];
extern const CU_TestInfo iptfs_tests_flows[];
extern const CU_TestInfo iptfs_tests_burstiness[];
extern const CU_TestInfo iptfs_tests_mser[];
extern const CU_TestInfo iptfs_tests_entropy[];
extern const CU_TestInfo iptfs_tests_observers[];
extern const CU_TestInfo iptfs_tests_tunnel[];
extern const CU_TestInfo iptfs_tests_totals[];
extern const CU_TestInfo iptfs_tests_loss_history[];
extern const CU_TestInfo iptfs_tests_receive_rate[];
extern const CU_TestInfo iptfs_tests_tfrc[];
extern const CU_TestInfo iptfs_tests_congestion[];
extern const CU_TestInfo iptfs_tests_information_rate[];
extern const CU_TestInfo iptfs_tests_leak[];
extern const CU_TestInfo iptfs_tests_redraw[];
extern const CU_TestInfo iptfs_tests_use_aggfrag[];
extern const CU_TestInfo iptfs_tests_guard[];
extern const CU_TestInfo iptfs_tests_sim[];
extern const CU_TestInfo iptfs_tests_events[];
extern const CU_TestInfo iptfs_tests_p2p[];
extern const CU_TestInfo iptfs_tests_engine[];
extern const CU_TestInfo iptfs_tests_hosts[];
extern const CU_TestInfo iptfs_tests_topology[];
extern const CU_TestInfo iptfs_tests_section[];
extern const CU_TestInfo iptfs_tests_tcp_stream[];
extern const CU_TestInfo iptfs_tests_tcp_apps[];
extern const CU_TestInfo iptfs_tests_tcp_socket[];
extern const CU_TestInfo iptfs_tests_tcp_meter[];
extern const CU_TestInfo iptfs_tests_udp_apps[];
extern const CU_TestInfo iptfs_tests_run_hosts[];
extern const CU_TestInfo iptfs_tests_device[];
extern const CU_TestInfo iptfs_tests_device_pair[];
extern const CU_TestInfo iptfs_tests_pmtu[];
extern const CU_TestInfo iptfs_tests_pmtu_refuse[];
extern const CU_TestInfo iptfs_tests_p2p_link[];
extern const CU_TestInfo iptfs_tests_iptfs_helper[];
extern const CU_TestInfo iptfs_tests_api[];
extern const CU_TestInfo iptfs_tests_control[];
extern const CU_TestInfo iptfs_tests_rekey[];
extern const CU_TestInfo iptfs_tests_quantity[];
extern const CU_TestInfo iptfs_tests_real[];
extern const CU_TestInfo iptfs_tests_word[];
extern const CU_TestInfo iptfs_tests_quoted[];
extern const CU_TestInfo iptfs_tests_hex[];
extern const CU_TestInfo iptfs_tests_suggest[];
extern const CU_TestInfo iptfs_tests_limit[];
extern const CU_TestInfo iptfs_tests_sizes[];
extern const CU_TestInfo iptfs_tests_option[];
extern const CU_TestInfo iptfs_tests_breaker_limit[];
extern const CU_TestInfo iptfs_tests_timed[];
extern const CU_TestInfo iptfs_tests_progress[];
extern const CU_TestInfo iptfs_tests_scenario[];
extern const CU_TestInfo iptfs_tests_scenario_check[];
extern const CU_TestInfo iptfs_tests_impair_list_file[];
extern const CU_TestInfo iptfs_tests_traffic_types[];
extern const CU_TestInfo iptfs_tests_time_heap[];
extern const CU_TestInfo iptfs_tests_row_flow[];
extern const CU_TestInfo iptfs_tests_users[];
extern const CU_TestInfo iptfs_tests_flow[];
extern const CU_TestInfo iptfs_tests_cbr[];
extern const CU_TestInfo iptfs_tests_time_or_word[];
extern const CU_TestInfo iptfs_tests_number_or_word[];
extern const CU_TestInfo iptfs_tests_poisson[];
extern const CU_TestInfo iptfs_tests_saturate[];
extern const CU_TestInfo iptfs_tests_on_off[];
extern const CU_TestInfo iptfs_tests_voice[];
extern const CU_TestInfo iptfs_tests_games[];
extern const CU_TestInfo iptfs_tests_on_time[];
extern const CU_TestInfo iptfs_tests_self_similar[];
extern const CU_TestInfo iptfs_tests_video[];
extern const CU_TestInfo iptfs_tests_web[];
extern const CU_TestInfo iptfs_tests_list[];
extern const CU_TestInfo iptfs_tests_list_file[];
extern const CU_TestInfo iptfs_tests_merge[];
extern const CU_TestInfo iptfs_tests_capture_filter[];
extern const CU_TestInfo iptfs_tests_capture_link_type[];
extern const CU_TestInfo iptfs_tests_capture_reader[];
extern const CU_TestInfo iptfs_tests_pcapng_format[];
extern const CU_TestInfo iptfs_tests_capture_writer[];
extern const CU_TestInfo iptfs_tests_pcap_file[];
extern const CU_TestInfo iptfs_tests_traffic_pcap[];
extern const CU_TestInfo iptfs_tests_summary[];
extern const CU_TestInfo iptfs_tests_summary_values[];
extern const CU_TestInfo iptfs_tests_summary_text[];
extern const CU_TestInfo iptfs_tests_after_warm_up[];
extern const CU_TestInfo iptfs_tests_summary_table[];
extern const CU_TestInfo iptfs_tests_reference[];
extern const CU_TestInfo iptfs_tests_series[];
extern const CU_TestInfo iptfs_tests_columns[];
extern const CU_TestInfo iptfs_tests_warm_up[];
extern const CU_TestInfo iptfs_tests_script[];
extern const CU_TestInfo iptfs_tests_trace_file[];
extern const CU_TestInfo iptfs_tests_csv[];
extern const CU_TestInfo iptfs_tests_encap[];
extern const CU_TestInfo iptfs_tests_features[];
extern const CU_TestInfo iptfs_tests_classifier[];
extern const CU_TestInfo iptfs_tests_attack[];
extern const CU_TestInfo iptfs_tests_decap[];
extern const CU_TestInfo iptfs_tests_oseq[];
extern const CU_TestInfo iptfs_tests_captures[];
extern const CU_TestInfo iptfs_tests_replay[];
extern const CU_TestInfo iptfs_tests_run_command[];
extern const CU_TestInfo iptfs_tests_replay_command[];
extern const CU_TestInfo iptfs_tests_examples[];
extern const CU_TestInfo iptfs_tests_environment[];
extern const CU_TestInfo iptfs_tests_help_text[];
extern const CU_TestInfo iptfs_tests_json_build[];
extern const CU_TestInfo iptfs_tests_text_stream[];
extern const CU_TestInfo iptfs_tests_failure[];
extern const CU_TestInfo iptfs_tests_list_command[];
extern const CU_TestInfo iptfs_tests_exit_status[];
extern const CU_TestInfo iptfs_tests_help[];
extern const CU_TestInfo iptfs_tests_endpoint_options[];
extern const CU_TestInfo iptfs_tests_man_page[];
extern const CU_TestInfo iptfs_tests_completion[];
extern const CU_TestInfo iptfs_tests_unknown_option[];
extern const CU_TestInfo iptfs_tests_progress_bar[];
extern const CU_TestInfo iptfs_tests_plot[];
extern const CU_TestInfo iptfs_tests_plot_data[];
extern const CU_TestInfo iptfs_tests_plot_sections[];
extern const CU_TestInfo iptfs_tests_caption[];
extern const CU_TestInfo iptfs_tests_gnuplot[];
extern const CU_TestInfo iptfs_tests_grid[];
extern const CU_TestInfo iptfs_tests_identity[];
extern const CU_TestInfo iptfs_tests_results_db[];
extern const CU_TestInfo iptfs_tests_damage[];
extern const CU_TestInfo iptfs_tests_point_file[];
extern const CU_TestInfo iptfs_tests_statistics[];
extern const CU_TestInfo iptfs_tests_until[];
extern const CU_TestInfo iptfs_tests_compared[];
extern const CU_TestInfo iptfs_tests_comparison[];
extern const CU_TestInfo iptfs_tests_sweep_engine[];
extern const CU_TestInfo iptfs_tests_hash[];
extern const CU_TestInfo iptfs_tests_utf8[];
extern const CU_TestInfo iptfs_tests_infile[];
extern const CU_TestInfo iptfs_tests_outfile[];
extern const CU_TestInfo iptfs_tests_slurm[];
extern const CU_TestInfo iptfs_tests_sweep[];
extern const CU_TestInfo iptfs_tests_parallel[];
extern const CU_TestInfo iptfs_tests_manifest[];
extern const CU_TestInfo iptfs_tests_interruption[];
extern const CU_TestInfo iptfs_tests_isolation[];
extern const CU_TestInfo iptfs_tests_interrupt[];
extern const CU_TestInfo iptfs_tests_process[];
extern const CU_TestInfo iptfs_tests_linux_faults[];
extern const CU_TestInfo iptfs_tests_fuzz[];
extern const CU_TestInfo iptfs_tests_disk[];
extern const CU_TestInfo iptfs_tests_appendix_c[];
extern const CU_TestInfo iptfs_tests_conformance[];
extern const CU_TestInfo iptfs_tests_studies[];
extern const CU_TestInfo iptfs_tests_theory[];

static const struct {
    const char *name;
    const CU_TestInfo *tests;
} suites[] = {
    {"clock", iptfs_tests_clock}, /* before any run of ns-3 */
    {"units", iptfs_tests_units},
    {"random", iptfs_tests_random},
    {"error", iptfs_tests_error},
    {"octets", iptfs_tests_octets},
    {"erase", iptfs_tests_erase},
    {"drop-cause", iptfs_tests_drop_cause},
    {"ledger", iptfs_tests_ledger},
    {"ecn-decap", iptfs_tests_ecn_decap},
    {"packet", iptfs_tests_packet},
    {"ip-header", iptfs_tests_ip_header},
    {"ip-fragment", iptfs_tests_ip_fragment},
    {"ip-octets", iptfs_tests_ip_octets},
    {"aggfrag", iptfs_tests_aggfrag},
    {"esp", iptfs_tests_esp},
    {"replay-window", iptfs_tests_replay_window},
    {"aead", iptfs_tests_aead},
    {"outer-codec", iptfs_tests_outer_codec},
    {"outer-ip", iptfs_tests_outer_ip},
    {"inbound-sa", iptfs_tests_inbound_sa},
    {"queue", iptfs_tests_queue},
    {"packer", iptfs_tests_packer},
    {"packer-aggfrag", iptfs_tests_packer_aggfrag},
    {"packer-plain", iptfs_tests_packer_plain},
    {"pacer", iptfs_tests_pacer},
    {"sa-life", iptfs_tests_sa_life},
    {"modes", iptfs_tests_modes},
    {"sender", iptfs_tests_sender},
    {"random-process", iptfs_tests_random_process},
    {"in-flight", iptfs_tests_in_flight},
    {"transmitter", iptfs_tests_transmitter},
    {"impairments", iptfs_tests_impairments},
    {"impair-loss", iptfs_tests_impair_loss},
    {"impair-gemodel", iptfs_tests_impair_gemodel},
    {"impair-reorder", iptfs_tests_impair_reorder},
    {"impair-duplicate", iptfs_tests_impair_duplicate},
    {"impair-jitter", iptfs_tests_impair_jitter},
    {"impair-ce", iptfs_tests_impair_ce},
    {"impair-blackouts", iptfs_tests_impair_blackouts},
    {"impair-list", iptfs_tests_impair_list},
    {"direct-link", iptfs_tests_direct_link},
    {"link", iptfs_tests_link},
    {"received", iptfs_tests_received},
    {"reorder", iptfs_tests_reorder},
    {"reorder-depth", iptfs_tests_reorder_depth},
    {"incomplete", iptfs_tests_incomplete},
    {"reassembly", iptfs_tests_reassembly},
    {"fingerprints", iptfs_tests_fingerprints},
    {"receive-immediate", iptfs_tests_receive_immediate},
    {"ip-reassembly", iptfs_tests_ip_reassembly},
    {"mixtures", iptfs_tests_mixtures},
    {"receiver", iptfs_tests_receiver},
    {"circuit-breaker", iptfs_tests_circuit_breaker},
    {"collapse", iptfs_tests_collapse},
    {"report-breaker", iptfs_tests_report_breaker},
    {"mtu", iptfs_tests_mtu},
    {"delays", iptfs_tests_delays},
    {"dependence", iptfs_tests_dependence},
    {"counters", iptfs_tests_counters},
    {"trace", iptfs_tests_trace},
    {"flows", iptfs_tests_flows},
    {"burstiness", iptfs_tests_burstiness},
    {"mser", iptfs_tests_mser},
    {"entropy", iptfs_tests_entropy},
    {"loss-history", iptfs_tests_loss_history},
    {"numbering", iptfs_tests_numbering},
    {"receive-rate", iptfs_tests_receive_rate},
    {"tfrc", iptfs_tests_tfrc},
    {"plpmtud", iptfs_tests_plpmtud},
    {"congestion", iptfs_tests_congestion},
    {"observers", iptfs_tests_observers},
    {"tunnel", iptfs_tests_tunnel},
    {"totals", iptfs_tests_totals},
    {"information-rate", iptfs_tests_information_rate},
    {"leak", iptfs_tests_leak},
    {"redraw", iptfs_tests_redraw},
    {"use-aggfrag", iptfs_tests_use_aggfrag},
    {"guard", iptfs_tests_guard},
    {"sim", iptfs_tests_sim},
    {"events", iptfs_tests_events},
    {"p2p", iptfs_tests_p2p},
    {"engine", iptfs_tests_engine},
    {"hosts", iptfs_tests_hosts},
    {"topology", iptfs_tests_topology},
    {"hosts-section", iptfs_tests_section},
    {"tcp-stream", iptfs_tests_tcp_stream},
    {"tcp-apps", iptfs_tests_tcp_apps},
    {"tcp-socket", iptfs_tests_tcp_socket},
    {"tcp-meter", iptfs_tests_tcp_meter},
    {"udp-apps", iptfs_tests_udp_apps},
    {"run-hosts", iptfs_tests_run_hosts},
    {"device", iptfs_tests_device},
    {"device-pair", iptfs_tests_device_pair},
    {"pmtu", iptfs_tests_pmtu},
    {"pmtu-refuse", iptfs_tests_pmtu_refuse},
    {"p2p-link", iptfs_tests_p2p_link},
    {"iptfs-helper", iptfs_tests_iptfs_helper},
    {"api", iptfs_tests_api},
    {"control", iptfs_tests_control},
    {"rekey", iptfs_tests_rekey},
    {"quantity", iptfs_tests_quantity},
    {"real", iptfs_tests_real},
    {"word", iptfs_tests_word},
    {"quoted", iptfs_tests_quoted},
    {"hex", iptfs_tests_hex},
    {"suggest", iptfs_tests_suggest},
    {"limit", iptfs_tests_limit},
    {"sizes", iptfs_tests_sizes},
    {"option", iptfs_tests_option},
    {"breaker-limit", iptfs_tests_breaker_limit},
    {"time-or-word", iptfs_tests_time_or_word},
    {"number-or-word", iptfs_tests_number_or_word},
    {"timed", iptfs_tests_timed},
    {"progress", iptfs_tests_progress},
    {"scenario", iptfs_tests_scenario},
    {"scenario-check", iptfs_tests_scenario_check},
    {"impair-list-file", iptfs_tests_impair_list_file},
    {"traffic-types", iptfs_tests_traffic_types},
    {"time-heap", iptfs_tests_time_heap},
    {"row-flow", iptfs_tests_row_flow},
    {"users", iptfs_tests_users},
    {"traffic-flow", iptfs_tests_flow},
    {"cbr", iptfs_tests_cbr},
    {"poisson", iptfs_tests_poisson},
    {"saturate", iptfs_tests_saturate},
    {"on-off", iptfs_tests_on_off},
    {"voice", iptfs_tests_voice},
    {"games", iptfs_tests_games},
    {"on-time", iptfs_tests_on_time},
    {"self-similar", iptfs_tests_self_similar},
    {"video", iptfs_tests_video},
    {"web", iptfs_tests_web},
    {"traffic-list", iptfs_tests_list},
    {"list-file", iptfs_tests_list_file},
    {"traffic-merge", iptfs_tests_merge},
    {"capture-filter", iptfs_tests_capture_filter},
    {"capture-link-type", iptfs_tests_capture_link_type},
    {"capture-reader", iptfs_tests_capture_reader},
    {"pcapng-format", iptfs_tests_pcapng_format},
    {"capture-writer", iptfs_tests_capture_writer},
    {"pcap-file", iptfs_tests_pcap_file},
    {"traffic-pcap", iptfs_tests_traffic_pcap},
    {"summary", iptfs_tests_summary},
    {"summary-values", iptfs_tests_summary_values},
    {"summary-text", iptfs_tests_summary_text},
    {"after-warm-up", iptfs_tests_after_warm_up},
    {"summary-table", iptfs_tests_summary_table},
    {"reference", iptfs_tests_reference},
    {"series", iptfs_tests_series},
    {"columns", iptfs_tests_columns},
    {"warm-up", iptfs_tests_warm_up},
    {"script", iptfs_tests_script},
    {"trace-file", iptfs_tests_trace_file},
    {"csv", iptfs_tests_csv},
    {"encap", iptfs_tests_encap},
    {"features", iptfs_tests_features},
    {"classifier", iptfs_tests_classifier},
    {"attack", iptfs_tests_attack},
    {"decap", iptfs_tests_decap},
    {"oseq", iptfs_tests_oseq},
    {"captures", iptfs_tests_captures},
    {"replay", iptfs_tests_replay},
    {"run-command", iptfs_tests_run_command},
    {"replay-command", iptfs_tests_replay_command},
    {"examples", iptfs_tests_examples},
    {"environment", iptfs_tests_environment},
    {"help-text", iptfs_tests_help_text},
    {"json-build", iptfs_tests_json_build},
    {"text-stream", iptfs_tests_text_stream},
    {"failure", iptfs_tests_failure},
    {"list-command", iptfs_tests_list_command},
    {"exit-status", iptfs_tests_exit_status},
    {"help", iptfs_tests_help},
    {"endpoint-options", iptfs_tests_endpoint_options},
    {"man-page", iptfs_tests_man_page},
    {"completion", iptfs_tests_completion},
    {"unknown-option", iptfs_tests_unknown_option},
    {"progress-bar", iptfs_tests_progress_bar},
    {"plot", iptfs_tests_plot},
    {"plot-data", iptfs_tests_plot_data},
    {"plot-sections", iptfs_tests_plot_sections},
    {"caption", iptfs_tests_caption},
    {"gnuplot", iptfs_tests_gnuplot},
    {"grid", iptfs_tests_grid},
    {"identity", iptfs_tests_identity},
    {"results-db", iptfs_tests_results_db},
    {"damage", iptfs_tests_damage},
    {"point-file", iptfs_tests_point_file},
    {"statistics", iptfs_tests_statistics},
    {"until", iptfs_tests_until},
    {"compared", iptfs_tests_compared},
    {"comparison", iptfs_tests_comparison},
    {"sweep-engine", iptfs_tests_sweep_engine},
    {"hash", iptfs_tests_hash},
    {"utf8", iptfs_tests_utf8},
    {"infile", iptfs_tests_infile},
    {"outfile", iptfs_tests_outfile},
    {"sweep-slurm", iptfs_tests_slurm},
    {"sweep", iptfs_tests_sweep},
    {"parallel", iptfs_tests_parallel},
    {"manifest", iptfs_tests_manifest},
    {"interruption", iptfs_tests_interruption},
    {"isolation", iptfs_tests_isolation},
    {"interrupt", iptfs_tests_interrupt},
    {"process", iptfs_tests_process},
    {"linux-faults", iptfs_tests_linux_faults},
    {"fuzz", iptfs_tests_fuzz},
    {"disk", iptfs_tests_disk},
    {"conformance", iptfs_tests_conformance},
    {"appendix-c", iptfs_tests_appendix_c},
    {"studies", iptfs_tests_studies},
    {"theory", iptfs_tests_theory},
};

static bool wanted(size_t index, int count, char **names)
{
    unsigned part, parts;
    if (count == 2 && sscanf(names[1], "--part=%u/%u", &part, &parts) == 2 && parts > 0)
        return index % parts + 1 == part;
    for (int i = 1; i < count; i++)
        if (strcmp(names[i], suites[index].name) == 0)
            return true;
    return count <= 1;
}

int main(int argc, char **argv)
{
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++) {
        if (!wanted(i, argc, argv))
            continue;
        CU_pSuite suite = CU_add_suite(suites[i].name, NULL, NULL);
        for (const CU_TestInfo *test = suites[i].tests; suite != NULL && test->pName != NULL;
             test++)
            CU_add_test(suite, test->pName, test->pTestFunc);
    }
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    unsigned run = CU_get_number_of_tests_run();
    unsigned failed = CU_get_number_of_tests_failed();
    CU_cleanup_registry();
    printf("%u passed, %u failed", run - failed, failed);
    if (check_skipped() > 0)
        printf(", %u skipped", check_skipped());
    printf("\n");
    return run == 0 || failed > 0 ? 1 : 0;
}
