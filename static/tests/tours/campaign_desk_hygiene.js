import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("campaign_desk_hygiene", {
    steps: () => [
        {
            content: "An empty list says how to begin",
            trigger: ".o_view_nocontent:contains(Check your first list)",
        },
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=list_id] input",
            run: "edit Readers",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Readers)",
            run: "click",
        },
        {
            trigger: "button[name=action_run]",
            run: "click",
        },
        {
            content: "The mistyped address was found",
            trigger: ".o_campaign_desk_hygiene button[data-kind=typo]:contains(1)",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(Did they mean ann@gmail.com?)",
        },
        {
            trigger: ".o_data_row .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_control_panel button[name=action_decide]:contains(Correct)",
            run: "click",
        },
        {
            content: "It says what it will do",
            trigger:
                ".modal .o_field_widget[name=explanation]:contains(probably meant)",
        },
        {
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit A slip",
        },
        {
            trigger: ".modal button[name=action_decide]",
            run: "click",
        },
        {
            content: "What was done, and why",
            trigger: ".o_form_view .o_field_widget[name=reason]:contains(A slip)",
        },
        {
            trigger: ".o_field_widget[name=change_ids] .o_data_row:contains(Done)",
        },
        {
            trigger: "button[name=action_undo]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=change_ids] .o_data_row:contains(Undone)",
        },
        {
            trigger: ".o_field_widget[name=undone_by_id]",
        },
    ],
});

registry.category("web_tour.tours").add("campaign_desk_provider_results", {
    steps: () => [
        {
            content: "A chart is drawn",
            trigger: ".o_graph_renderer canvas",
        },
        {
            trigger: ".o_switch_view.o_pivot",
            run: "click",
        },
        {
            trigger: ".o_pivot table:contains(Tour Mail)",
        },
        {
            trigger: ".o_switch_view.o_list",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(Tour Mail)",
        },
    ],
});
