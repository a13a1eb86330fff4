import {registry} from "@web/core/registry";

/** Return a step that checks what stands in a field. */
const says = (field, value) => ({
    content: `The ${field} is “${value}”`,
    trigger: `.o_field_widget[name=${field}] input:value("${value}")`,
});

const save = () => [
    {
        content: "Save",
        trigger: ".o_form_button_save:enabled",
        run: "click",
    },
    {
        content: "It is saved",
        trigger: ".o_form_saved, .o_form_status_indicator_buttons.invisible",
    },
];

const choose = (name) => [
    {
        content: `The library stands where an empty mail begins: choose ${name}`,
        trigger: `.o_campaign_desk_library button:contains("${name}")`,
        run: "click",
    },
    {
        content: "Odoo's editor opens with it",
        trigger: ".o_field_mass_mailing_html iframe[is-ready=true]",
    },
    {
        content: "Its blocks are beside it",
        trigger: ".o_mass_mailing-builder_sidebar",
    },
];

registry.category("web_tour.tours").add("campaign_desk_template", {
    steps: () => [
        {
            content: "Name the campaign",
            trigger: ".o_field_widget[name=title] textarea",
            run: "edit Autumn",
        },
        ...choose("Newsletter"),
        says("subject", "What is new in [month]"),
        ...save(),
        {
            content: "Keep the mail for the next time",
            trigger: "button[name=action_save_as_template]",
            run: "click",
        },
        {
            content: "It is a template",
            trigger: "button[name=action_use]",
        },
        {
            content: "Name it",
            trigger: ".o_field_widget[name=name] input",
            run: "edit Our newsletter",
        },
        ...save(),
        {
            content: "Look at its versions",
            trigger: "button[name=action_view_versions]:contains(1)",
            run: "click",
        },
        {
            content: "There is one; note what it is",
            trigger: ".o_list_view .o_data_row .o_data_cell[name=note]",
            run: "click",
        },
        {
            content: "A note",
            trigger: ".o_data_row .o_field_widget[name=note] input",
            run: "edit As sent in autumn",
        },
        {
            content: "Save the note",
            trigger: ".o_list_button_save",
            run: "click",
        },
        {
            content: "Back to the template",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "Change it",
            trigger: ".o_field_widget[name=subject] input",
            run: "edit What is new in winter",
        },
        ...save(),
        {
            content: "There are two versions now",
            trigger: "button[name=action_view_versions]:contains(2)",
            run: "click",
        },
        {
            content: "Compare the older one",
            trigger:
                ".o_data_row:contains(As sent in autumn) button[name=action_compare]",
            run: "click",
        },
        {
            content: "It says what went and what came",
            trigger:
                ".modal .o_campaign_desk_compare:has(del:contains(month)):has(ins:contains(winter))",
        },
        {
            content: "Close it",
            trigger: ".modal-footer button:contains(Close)",
            run: "click",
        },
        {
            content: "The older one was better",
            trigger:
                ".o_data_row:contains(As sent in autumn) button[name=action_restore]",
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".modal-footer button:contains(Restore)",
            run: "click",
        },
        says("subject", "What is new in [month]"),
        {
            content: "That is a version of its own",
            trigger: "button[name=action_view_versions]:contains(3)",
        },
    ],
});

registry.category("web_tour.tours").add("campaign_desk_template_mailing", {
    steps: () => [
        {
            content: "What somebody wrote stays",
            trigger: ".o_field_widget[name=subject] input",
            run: "edit My own subject",
        },
        ...choose("Re-Permission"),
        says("subject", "My own subject"),
        ...save(),
    ],
});

registry.category("web_tour.tours").add("campaign_desk_template_use", {
    steps: () => [
        {
            content: "The card shows the mail",
            trigger:
                ".o_kanban_record:contains(Event Invitation) .o_campaign_desk_picture iframe",
        },
        {
            content: "Use it",
            trigger:
                ".o_kanban_record:contains(Event Invitation) button[name=action_use]",
            run: "click",
        },
        {
            content: "In a new campaign",
            trigger: ".modal .o_field_widget[name=campaign_id] input",
            run: "edit Summer party",
        },
        {
            content: "Create it",
            trigger: ".o-autocomplete--dropdown-item:contains(Create) a",
            run: "click",
        },
        {
            content: "Create the mail",
            trigger: ".modal-footer button[name=action_use]",
            run: "click",
        },
        {
            content: "Look at the campaign's mail",
            trigger: ".o_notebook_headers a[name=mail]",
            run: "click",
        },
        {
            content: "The campaign has it",
            trigger: ".o_field_mass_mailing_html iframe[is-ready=true]",
        },
        says("subject", "Will you join us at [event]?"),
    ],
});
