import {registry} from "@web/core/registry";

/** Return the steps that choose a field in the list that is open. */
function choose(label) {
    return [
        {
            content: `Look for ${label}`,
            trigger: ".o_model_field_selector_popover_search input",
            run: `edit ${label}`,
        },
        {
            content: `Take ${label}`,
            trigger: `.o_model_field_selector_popover_item_name:contains(/^${label}$/)`,
            run: "click",
        },
    ];
}

/** Return the step that opens the list of the mail's own commands, by "/". */
function writeSlash() {
    return {
        content: "Ask for what can be inserted",
        trigger: ":iframe .odoo-editor-editable",
        async run({editor}) {
            await editor("/");
            const {contentDocument} = document.querySelector(
                ".o_field_mass_mailing_html iframe"
            );
            const editable = contentDocument.querySelector(".note-editable");
            editable.dispatchEvent(
                new InputEvent("input", {inputType: "insertText", data: "/"})
            );
        },
    };
}

registry.category("web_tour.tours").add("campaign_desk_merge_fields", {
    steps: () => [
        {
            content: "Go to the end of the subject",
            trigger: ".o_field_widget[name=subject] input",
            run: "click",
        },
        {
            content: "Insert a field",
            trigger: ".o_field_widget[name=subject] .o_campaign_insert_field",
            run: "click",
        },
        ...choose("Company Name"),
        {
            content: "Who has none reads something else",
            trigger: ".o_campaign_merge_fallback",
            run: "edit your company",
        },
        {
            content: "Insert it",
            trigger: ".o_campaign_merge_field .btn-primary",
            run: "click",
        },
        {
            content: "It stands behind what was there",
            trigger: ".o_field_widget[name=subject] input",
            run() {
                const wanted = "News for {{ object.company_name ||| your company }}";
                if (this.anchor.value !== wanted) {
                    throw new Error(`The subject is “${this.anchor.value}”`);
                }
            },
        },
        writeSlash(),
        {
            content: "A field of the recipient",
            trigger: ".o-we-command-name:contains(Dynamic Placeholder)",
            run: "click",
        },
        ...choose("Created on"),
        {
            content: "Only the year",
            trigger: ".o_campaign_merge_format",
            run: "selectByIndex 6",
        },
        {
            content: "Who has none gets no mail",
            trigger: ".o_campaign_merge_empty",
            run: "select stop",
        },
        {
            content: "Insert it",
            trigger: ".o_campaign_merge_field .btn-primary",
            run: "click",
        },
        {
            content: "It is in the mail",
            trigger:
                ":iframe .note-editable t[t-out^='required('][data-label='Created on']",
        },
        {
            content: "Go to the languages at once: what was written is kept",
            trigger: ".o_notebook_headers a[name=languages]",
            run: "click",
        },
        {
            content: "Add one",
            trigger: "button[name=action_add_language]",
            run: "click",
        },
        {
            content: "French",
            trigger: ".modal .o_field_widget[name=lang] input",
            run: "click",
        },
        {
            content: "Take it",
            trigger: ".o_select_menu_item:contains(French)",
            run: "click",
        },
        {
            content: "Add it",
            trigger: ".modal button[name=action_open]",
            run: "click",
        },
        {
            content: "It begins with what the mail says",
            trigger: ".o_statusbar_status button[data-value=copied][aria-checked=true]",
        },
        {
            content: "Its editor has the mail",
            trigger: ":iframe .note-editable t[t-out^='required(format_datetime(']",
        },
        {
            content: "Translate the subject",
            trigger: ".o_field_widget[name=subject] input",
            run: "edit Nouvelles",
        },
        {
            content: "Save",
            trigger: "button.o_form_button_save",
            run: "click",
        },
        {
            content: "It is translated",
            trigger:
                ".o_statusbar_status button[data-value=current][aria-checked=true]",
        },
        {
            content: "It is saved",
            trigger: ".o_form_saved",
        },
    ],
});
