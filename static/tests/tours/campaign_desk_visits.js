import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("campaign_desk_visits", {
    steps: () => [
        {
            content: "The form tells people from machines",
            trigger:
                "[name=campaign_desk_visits]:contains(With machines):contains(100.0 % opened):contains(100.0 % clicked)",
        },
        {
            content: "People's figure stands where Odoo has it",
            trigger: "button[name=action_view_opened]:contains(50)",
        },
        {
            content: "Who was it?",
            trigger: "button[name=action_view_visits]",
            run: "click",
        },
        {
            content: "A person",
            trigger:
                ".o_data_row:contains(ann@example.com):contains(Person):contains(Browser or mail program)",
        },
        {
            content: "And a machine",
            trigger:
                ".o_data_row:contains(ben@example.com):contains(Machine):contains(Known crawler)",
        },
        {
            content: "Back to the mailing",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "Its settings",
            trigger: ".o_notebook_headers a[name=settings]",
            run: "click",
        },
        {
            content: "Say how it is tracked",
            trigger: ".o_field_widget[name=tracking]:contains(Anonymous)",
        },
    ],
});

registry.category("web_tour.tours").add("campaign_desk_contact_visits", {
    steps: () => [
        {
            content: "What did this contact get?",
            trigger: "button[name=action_view_campaign_mails]:contains(1)",
            run: "click",
        },
        {
            content: "One mail",
            trigger: ".o_data_row:contains(ann@example.com) .o_data_cell",
            run: "click",
        },
        {
            content: "What happened to it stands below",
            trigger:
                ".o_field_widget[name=event_ids] .o_data_row:contains(Followed a link):contains(Person)",
        },
        {
            content: "Back to the mails",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "Back to the contact",
            trigger: ".breadcrumb-item:contains(Ann), .o_back_button",
            run: "click",
        },
        {
            content: "All that ever happened",
            trigger: "button[name=action_view_campaign_visits]",
            run: "click",
        },
        {
            content: "Here it is",
            trigger: ".o_data_row:contains(Followed a link):contains(shop.example.com)",
        },
    ],
});
