import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("campaign_desk_consent", {
    steps: () => [
        {
            content: "They have left a list: put them on it again",
            trigger: "button[name=action_subscribe_again]",
            run: "click",
        },
        {
            content: "The list that they have left is chosen",
            trigger: ".modal .o_field_widget[name=list_ids] .o_tag:contains(One)",
        },
        {
            content: "Say how they agreed",
            trigger: ".modal .o_field_widget[name=statement] textarea",
            run: "edit Asked for it on the phone",
        },
        {
            content: "Do it",
            trigger: ".modal button[name=action_subscribe]",
            run: "click",
        },
        {
            content: "What was decided before, and now",
            trigger:
                "body:not(:has(.modal)) button[name=action_view_campaign_consents]",
            run: "click",
        },
        {
            content: "By whom, and that they left themselves before",
            trigger:
                ".o_list_view:has(.o_data_row:contains(A user):contains(Given)):has(.o_data_row:contains(Page, by the person):contains(Withdrawn))",
        },
        {
            content: "Look at the proof",
            trigger: ".o_data_row:contains(A user):contains(Given) .o_data_cell",
            run: "click",
        },
        {
            content: "It has the words, and nothing can be changed",
            trigger:
                ".o_form_readonly [name=text]:contains(Asked for it on the phone), .o_form_view [name=text].o_readonly_modifier:contains(Asked for it on the phone)",
        },
    ],
});
