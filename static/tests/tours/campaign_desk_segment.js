import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("campaign_desk_segment", {
    steps: () => [
        {
            content: "An empty list says how to begin",
            trigger: ".o_view_nocontent:contains(Make your first segment)",
        },
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] input",
            run: "edit Went quiet",
        },
        {
            content: "All contacts are found while nothing is said about them",
            trigger: ".o_campaign_desk_audience_count:contains(3)",
        },
        {
            trigger:
                ".o_field_x2many_list_row_add button, .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=extent] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains(None)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=latest] input",
            run: "edit 5 && press Tab",
        },
        {
            content: "The condition says itself in words",
            trigger:
                ".modal .o_field_widget[name=summary]:contains(Opened none of the last 5 mails)",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "Counted before it is saved",
            trigger: ".o_campaign_desk_audience_count:contains(2)",
        },
        {
            content: "And some of them are shown",
            trigger:
                ".o_campaign_desk_audience details[open]:contains(ben@example.com)",
        },
        {
            trigger: "button[name=action_create_mailing]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=segment_ids] .o_tag:contains(Went quiet)",
        },
        {
            trigger: ".o_campaign_desk_audience_count:contains(2)",
        },
        {
            trigger: ".o_field_widget[name=excluded_list_ids] input",
            run: "edit Competitors",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Competitors)",
            run: "click",
        },
        {
            content: "Who is left out is not counted",
            trigger: ".o_campaign_desk_audience_count:contains(1)",
        },
        {
            trigger: ".o_campaign_desk_audience summary",
            run: "click",
        },
        {
            trigger:
                ".o_campaign_desk_audience details[open]:contains(cleo@example.com):not(:contains(ben@example.com))",
        },
        {
            trigger: ".o_field_widget[name=subject] input",
            run: "edit We miss you",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved, .o_form_status_indicator_buttons.invisible",
        },
    ],
});
