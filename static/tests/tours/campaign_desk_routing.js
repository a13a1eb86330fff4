import {registry} from "@web/core/registry";

/** Choose what an autocomplete field offers. */
function choose(field, words, scope = "") {
    const trigger = `${scope} .o_field_widget[name=${field}]`.trim();
    return [
        {
            trigger: `${trigger} input`,
            run: `edit ${words}`,
        },
        {
            trigger: `.o-autocomplete--dropdown-item:contains(${words})`,
            run: "click",
        },
    ];
}

/** Add a member to the team. */
function addMember(name) {
    return [
        {
            content: `${name} comes in`,
            trigger: ".o_field_widget[name=member_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        ...choose("user_id", name, ".o_field_widget[name=member_ids] .o_selected_row"),
        {
            trigger: `.o_selected_row .o_field_widget[name=user_id] input:value(${name})`,
        },
    ];
}

registry.category("web_tour.tours").add("campaign_desk_routing_setup", {
    steps: () => [
        {
            content: "An empty screen says what a team is",
            trigger: ".o_view_nocontent:contains(Create a team)",
        },
        {
            trigger: ".o-kanban-button-new",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] input",
            run: "edit DACH",
        },
        ...addMember("Rita"),
        ...addMember("Ben"),
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Both are in it",
            trigger:
                ".o_form_saved .o_field_widget[name=member_ids] .o_data_row:contains(Rita) ~ .o_data_row:contains(Ben)",
        },
        {
            trigger:
                ".o_menu_sections [data-menu-xmlid='campaign_desk.menu_responses_config']",
            run: "click",
        },
        {
            trigger:
                ".o-dropdown-item[data-menu-xmlid='campaign_desk.menu_response_rules']",
            run: "click",
        },
        {
            content: "No rule yet",
            trigger: ".o_view_nocontent:contains(Say which reply goes to whom)",
        },
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] input",
            run: "edit Prices",
        },
        ...choose("intent_ids", "Price"),
        {
            content: "The condition is there",
            trigger: ".o_field_widget[name=intent_ids] .o_tag:contains(Price)",
        },
        ...choose("team_id", "DACH"),
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
        {
            content: "Back to the rules",
            trigger: ".o_back_button, .breadcrumb-item a:contains(Routing Rules)",
            run: "click",
        },
        {
            content: "It stands there in a line",
            trigger: ".o_data_row:contains(Prices):contains(Price):contains(DACH)",
        },
    ],
});

registry.category("web_tour.tours").add("campaign_desk_routing_reason", {
    steps: () => [
        {
            content: "It has come in since then",
            trigger: ".o_data_row td:contains(Cara Lind)",
            run: "click",
        },
        {
            content: "Why it is here, and with whom",
            trigger:
                ".o_campaign_desk_why:contains(/Rule “Prices” → team DACH; .*(Rita|Ben)/)",
        },
        {
            trigger: ".o_field_widget[name=team_id] input:value(DACH)",
        },
        {
            trigger:
                ".o_menu_sections [data-menu-xmlid='campaign_desk.menu_response_teams']",
            run: "click",
        },
        {
            content: "The team has something to do",
            trigger: ".o_kanban_record:contains(DACH):contains(1 Open)",
        },
    ],
});
