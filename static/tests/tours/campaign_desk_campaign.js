import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const openApp = [
    stepUtils.showAppsMenuItem(),
    {
        content: "Open Email Marketing, which begins with the campaigns",
        trigger: ".o_app[data-menu-xmlid='mass_mailing.mass_mailing_menu_root']",
        run: "click",
    },
];

registry.category("web_tour.tours").add("campaign_desk_new_campaign", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        {
            content: "A new campaign",
            trigger: ".o-kanban-button-new",
            run: "click",
        },
        {
            content: "Name it",
            trigger: ".o_form_view div[name=title] textarea",
            run: "edit Spring by tour",
        },
        {
            content: "The subject of its mail",
            trigger: ".o_form_view input#subject_0",
            run: "edit Spring is here",
        },
        {
            content: "To whom",
            trigger: "div[name=contact_list_ids] input",
            run: "edit One",
        },
        {
            content: "Take the list",
            trigger:
                "div[name=contact_list_ids] .o-autocomplete--dropdown-item:contains(One)",
            run: "click",
        },
        {
            content: "Begin with a theme",
            trigger:
                "[name=body_arch] .o_mailing_template_preview_wrapper [data-name=newsletter]",
            run: "click",
        },
        {
            content: "The editor is there",
            trigger: "[name=body_arch] :iframe .o_editable:contains(Weekly Musings)",
        },
        ...stepUtils.saveForm(),
        {
            content: "Send it",
            trigger: "button[name=action_preflight]",
            run: "click",
        },
        {
            content: "Nothing keeps it from being sent",
            trigger:
                ".o_campaign_desk_preflight:not(:has([data-level=error])) button[data-button=send]",
            run: "click",
        },
        {
            content: "It is on its way",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Scheduled)",
        },
    ],
});

registry.category("web_tour.tours").add("campaign_desk_approve", {
    steps: () => [
        {
            content: "Somebody waits for an approval",
            trigger: ".alert:contains(Waiting for an approval)",
        },
        {
            content: "Approve",
            trigger: "button[name=action_approve]",
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".modal button:contains(Approve)",
            run: "click",
        },
        {
            content: "It is on its way",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Scheduled)",
        },
    ],
});

registry.category("web_tour.tours").add("campaign_desk_view", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        {
            content: "Look at a campaign",
            trigger: ".o_kanban_record:contains(Seen by viewers)",
            run: "click",
        },
        {
            content: "Figures, and nothing to send with",
            trigger:
                ".o_form_view:not(:has(button[name=action_preflight])):not(:has(button[name=action_view_recipients])) .oe_stat_button:contains(Received)",
        },
        {
            content: "No addresses in the menu",
            trigger:
                "body:not(:has([data-menu-xmlid='mass_mailing.menu_email_mass_mailing_contacts']))",
        },
        {
            content: "How far it is",
            trigger: ".o_campaign_desk_progress[data-phase=done]",
        },
    ],
});
