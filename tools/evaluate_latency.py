"""What each command takes, and the longest that it keeps an interrupt waiting."""
import evaluation

TWO_WAYS = 1097  # of EL3, both ways (tools/profile)

# (command, row of the usual case, row of the worst one, what makes it the worst).
COMMANDS = [
    ("RMI_VERSION", "rmi_version", "rmi_version", "always the same"),
    ("RMI_FEATURES", "rmi_features", "rmi_features", "always the same"),
    ("RMI_GRANULE_DELEGATE, UNDELEGATE", "rmi_granule_delegate_many", "rmi_granule_delegate_undelegate", "there and back: EL3 splits and joins blocks of its table"),
    ("RMI_REALM_CREATE", "rmi_realm_create", "rmi_realm_create", "hashes its parameters; up to 16 starting tables are not measured"),
    ("RMI_REALM_ACTIVATE", "rmi_realm_activate", "rmi_realm_activate", "always the same"),
    ("RMI_REALM_DESTROY", "rmi_realm_destroy", "rmi_realm_destroy", "looks through a starting table; up to 16 are not measured"),
    ("RMI_REC_AUX_COUNT", "rmi_rec_aux_count", "rmi_rec_aux_count", "always the same"),
    ("RMI_REC_CREATE", "rmi_rec_create", "rmi_rec_create", "hashes its parameters"),
    ("RMI_REC_DESTROY", "rmi_rec_destroy", "rmi_rec_destroy", "wipes the REC's granules"),
    ("RMI_RTT_CREATE", "rmi_rtt_create_level_3", "rmi_rtt_create_level_3", "unfolding writes as many entries"),
    ("RMI_RTT_DESTROY", None, "rmi_rtt_destroy_512_entries", "looks through a table for the next live entry"),
    ("RMI_RTT_FOLD", None, "rmi_rtt_fold_512_entries", "compares 512 entries"),
    ("RMI_RTT_INIT_RIPAS", "rmi_rtt_init_ripas_256_pages", "rmi_rtt_init_ripas_512_pages", "measures each entry of a whole table"),
    ("RMI_RTT_SET_RIPAS", "rmi_rtt_set_ripas_1_pages", "rmi_rtt_set_ripas_512_pages", "writes each entry of a whole table"),
    ("RMI_RTT_READ_ENTRY", "rmi_rtt_read_entry", "rmi_rtt_read_entry", "always the same"),
    ("RMI_DATA_CREATE", "rmi_data_create_measured", "rmi_data_create_measured", "hashes the page"),
    ("RMI_DATA_CREATE_UNKNOWN", "rmi_data_create_unknown", "rmi_data_create_unknown", "consumers of the page get it, too: bounded as DATA_DESTROY"),
    ("RMI_DATA_DESTROY", "rmi_data_destroy", "scale_data_destroy_longest_call_512_consumers", "takes it from 64 consumers, then says: call again"),
    ("RMI_RTT_MAP_UNPROTECTED", "rtt_map_each_4096_bytes", "rtt_map_each_4096_bytes", "always the same"),
    ("RMI_RTT_UNMAP_UNPROTECTED", "rmi_rtt_unmap_unprotected", "rmi_rtt_unmap_unprotected_last", "looks through the table for the next live entry"),
    ("RMI_REC_ENTER", "rec_enter_host_call_exit", "rec_enter_host_call_exit_sve_256_both", "both sides have vectors to keep"),
    ("RMI_PSCI_COMPLETE", "rmi_psci_complete", "rmi_psci_complete", "of AFFINITY_INFO; CPU_ON is not measured"),
    ("RMI_CSM_VERSION", "rmi_csm_version", "rmi_csm_version", "always the same"),
    ("RMI_CSM_APT_CREATE", "rmi_csm_apt_create", "rmi_csm_apt_create", "always the same"),
    ("RMI_CSM_APT_EXTEND", "rmi_csm_apt_extend", "rmi_csm_apt_extend", "always the same"),
    ("RMI_CSM_APT_DESTROY", "rmi_csm_apt_destroy", "rmi_csm_apt_destroy", "of an empty one; live shares are not measured"),
    ("RMI_CSM_ENTRY_READ", "rmi_csm_entry_read", "rmi_csm_entry_read", "of a table of one entry"),
    ("RSI_VERSION", "rsi_version", "rsi_version", "always the same"),
    ("RSI_FEATURES", "rsi_features", "rsi_features", "always the same"),
    ("RSI_REALM_CONFIG", "rsi_realm_config", "rsi_realm_config", "always the same"),
    ("RSI_MEASUREMENT_READ", "rsi_measurement_read", "rsi_measurement_read", "always the same"),
    ("RSI_MEASUREMENT_EXTEND", "rsi_measurement_extend", "rsi_measurement_extend", "hashes 128 bytes; SHA-512 is not measured"),
    ("RSI_IPA_STATE_GET", "rsi_ipa_state_get_1_pages", "rsi_ipa_state_get_512_pages", "looks at each entry of a whole table"),
    ("RSI_IPA_STATE_SET, with the host's part", "rsi_ipa_state_set_1_pages", None, "what is masked is RTT_SET_RIPAS'"),
    ("PSCI_VERSION in a realm", "psci_version_in_realm", "psci_version_in_realm", "always the same"),
    ("PSCI_FEATURES in a realm", "psci_features_in_realm", "psci_features_in_realm", "always the same"),
    ("RSI_ATTESTATION_TOKEN_INIT", "rsi_token_init", "rsi_token_init_250_shares", "encodes 250 shares under one lock"),
    ("RSI_ATTESTATION_TOKEN_CONTINUE", "rsi_token_continue", "masked_rsi_token_continue", "the longest step of a signature"),
    ("RSI_CSM_VERSION", "csm_version", "csm_version", "always the same"),
    ("RSI_CSM_REALM_ID", "csm_realm_id", "csm_realm_id", "always the same"),
    ("RSI_CSM_CREATE", "csm_create_1_pages", "masked_csm_create", "a step of 512 entries"),
    ("RSI_CSM_SHARE", "csm_share", "scale_share_512_consumers", "the table is deeper"),
    ("RSI_CSM_RESERVE", "csm_reserve_1_pages", "masked_csm_reserve", "a step of 512 entries"),
    ("RSI_CSM_ATTACH", "csm_attach_1_pages", "masked_csm_attach", "a step of 512 entries"),
    ("RSI_CSM_REVOKE", "csm_revoke_1_pages", "masked_csm_revoke", "a step of 512 entries, and TLBs"),
    ("RSI_CSM_DETACH", "csm_detach_1_pages", "masked_csm_revoke", "a step as REVOKE's"),
    ("RSI_CSM_DESTROY", "csm_destroy_1_pages", "csm_destroy_1_pages", "32 shares in a step are not measured"),
    ("RSI_CSM_NOTIFY", "scale_notify_1_consumers", "scale_notify_512_consumers", "the table is deeper"),
    ("RSI_CSM_PENDING", "csm_pending_none", "scale_pending_512_consumers", "one is waiting"),
    ("RSI_CSM_DOORBELL", "csm_doorbell", "csm_doorbell", "always the same"),
    ("RSI_CSM_QUERY", "csm_query", "csm_query", "of a table of one entry"),
    ("RSI_CSM_PEER_MEASUREMENT", "csm_peer_measurement", "csm_peer_measurement", "always the same"),
]
METHOD = [
    "./caec bench and `bench scale` under -icount. The monitor runs with interrupts masked and looks for one between bounded "
    "steps. A command of the host's is one step, so all of it is masked: its worst row. Of a realm's call that takes "
    "several steps the worst is the longest time for which an interrupt of the host waited: its timer is due again soon after each "
    "entry, so that each step ends in an exit that is late by the step (bench/bench_masked.c). That is to within 3,000 instructions.",
    f"EL3's way there and back, {TWO_WAYS:,}, is in the figures of the host's commands.",
]
CAVEATS = [
    "Worst case: of what the bench drives a command to, for the cause named. It is a measured case, not a proof of a bound.",
    "Of a realm's calls VERSION, FEATURES, REALM_CONFIG, MEASUREMENT_READ, REALM_ID, DOORBELL, QUERY and PSCI's are counted in a loop, "
    "the others once, with the 250 instructions of its own wrapper.",
    "Not measured: RSI_HOST_CALL by itself (its way is RMI_REC_ENTER's), RMI_CSM_UNMAP and FILL, PSCI calls that turn something on or "
    "off; RTT commands on tables of other levels.",
]


def figure(rows):
    value = {row["name"]: row["value"] for row in rows}
    table = evaluation.Table("Instructions of each command", ["command", "usual", "worst, all masked", "cause of the worst"],
                             [[command, evaluation.number(value.get(usual)), evaluation.number(value.get(worst)), cause]
                              for command, usual, worst, cause in COMMANDS])
    used = {name for _, usual, worst, _ in COMMANDS for name in (usual, worst)} & value.keys()
    found = [(value[worst], command) for command, _, worst, _ in COMMANDS if worst in value]
    longest = max(found)
    path = evaluation.Table("The longest path with interrupts masked", ["command", "instructions"],
                            [[longest[1], evaluation.number(longest[0])]])
    return evaluation.Figure("latency", "Latency of each command", evaluation.MEASURED, METHOD, [table, path], {},
                             {name: value[name] for name in sorted(used)}, CAVEATS)
