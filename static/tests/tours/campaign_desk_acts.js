import {registry} from "@web/core/registry";

/** Show only acts in one state. */
function filter(name) {
    return [
        {
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            trigger: `.o_filter_menu .o_menu_item:contains(/^${name}$/)`,
            run: "click",
        },
        {
            trigger: `.o_searchview_facet:contains(${name})`,
        },
    ];
}

registry.category("web_tour.tours").add("campaign_desk_acts", {
    steps: () => [
        {
            content: "What was done stands beside what was proposed",
            trigger: ".o_data_row:contains(Bo Unal):contains(Done)",
        },
        ...filter("Proposed"),
        {
            content: "What asks first",
            trigger:
                ".o_list_view:not(:has(.o_data_row:contains(Bo Unal):contains(Done))) .o_data_row:contains(Anna Berg):contains(Proposed) button[name=action_open_response]",
            run: "click",
        },
        {
            content: "At the reply it stands with its reason",
            trigger:
                ".o_campaign_desk_acts [data-act=opt_out][data-state=proposed]:contains(Complaint) [data-button=do]",
            run: "click",
        },
        {
            content: "It says what others will notice",
            trigger:
                ".modal:contains(anna@customer.example will get no more campaign mail) [data-button=confirm]",
            run: "click",
        },
        {
            content: "It is done",
            trigger:
                "body:not(:has(.modal)) .o_campaign_desk_acts [data-act=opt_out][data-state=done]:contains(No more mail)",
        },
        {
            content: "Back to the list",
            trigger: ".o_breadcrumb .breadcrumb-item a:contains(Acts), .o_back_button",
            run: "click",
        },
        {
            content: "Nothing is proposed any more",
            trigger: ".o_searchview_facet:contains(Proposed)",
        },
        {
            trigger: ".o_list_view:not(:has(.o_data_row))",
        },
        {
            trigger: ".o_searchview_facet:contains(Proposed) .o_facet_remove",
            run: "click",
        },
        ...filter("Done"),
        {
            content: "By whom the first was done",
            trigger:
                ".o_list_view:not(:has(.badge:contains(Proposed))) .o_data_row:contains(Anna Berg):contains(Mona)",
        },
        {
            content: "What was done by itself is taken back",
            trigger:
                ".o_data_row:contains(Bo Unal):contains(Opportunity) button[name=action_undo]",
            run: "click",
        },
        {
            content: "That asks first",
            trigger: ".modal:contains(What was done is taken back) .btn-primary",
            run: "click",
        },
        {
            content: "It is not among what was done any more; Anna's is",
            trigger:
                "body:not(:has(.modal)) .o_list_view:not(:has(.o_data_row:contains(Bo Unal):contains(Opportunity))) .o_data_row:contains(Anna Berg):contains(No more mail)",
        },
        {
            trigger: ".o_searchview_facet:contains(Done) .o_facet_remove",
            run: "click",
        },
        ...filter("Undone"),
        {
            content: "It is kept as history",
            trigger: ".o_data_row:contains(Bo Unal):contains(Undone)",
        },
    ],
});
