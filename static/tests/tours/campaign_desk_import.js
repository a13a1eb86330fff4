import {registry} from "@web/core/registry";

const LINES = [
    "Wer;Post;Land;Schuhe",
    "Dora Import;dora@import.example;Germany;38",
    "Emil Import;emil(at)import.example;Germany;44",
    "Fritz Import;fritz@import.example;Atlantis;42",
    "Dora Import;dora@import.example;Germany;38",
];

/** Say what a column holds. */
function map(column, target) {
    const row = `.o_field_widget[name=column_ids] .o_data_row:contains(${column})`;
    return [
        {
            trigger: `${row} td[name=target]`,
            run: "click",
        },
        {
            trigger: `${row} td[name=target] input`,
            run: "click",
        },
        {
            trigger: `.o_select_menu_item:contains(/^${target}$/)`,
            run: "click",
        },
    ];
}

registry.category("web_tour.tours").add("campaign_desk_import", {
    steps: () => [
        {
            content: "An empty list says what can be imported",
            trigger: ".o_view_nocontent:contains(Import contacts from a file)",
        },
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Choose a file",
            trigger: ".o_field_widget[name=file]",
            run() {
                const input = this.anchor.querySelector("input[type=file]");
                const transfer = new DataTransfer();
                transfer.items.add(
                    new File([LINES.join("\r\n")], "fair.csv", {type: "text/csv"})
                );
                input.files = transfer.files;
                input.dispatchEvent(new Event("change", {bubbles: true}));
            },
        },
        {
            content: "It has four columns",
            trigger: ".o_field_widget[name=column_ids] .o_data_row:contains(Schuhe)",
        },
        ...map("Wer", "Name"),
        ...map("Land", "Country"),
        {
            content: "What becomes of the lines is shown before",
            trigger:
                ".o_field_widget[name=preview] tr:contains(dora@import.example):contains(New)",
        },
        {
            trigger: ".o_field_widget[name=preview] tr:contains(Rejected)",
        },
        {
            trigger: ".o_field_widget[name=list_ids] input",
            run: "edit Fair visitors",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Fair visitors)",
            run: "click",
        },
        {
            content: "How they agreed is asked for",
            trigger: ".o_field_widget[name=consent_statement] textarea",
            run: "edit Signed up at our stand",
        },
        {
            trigger: "button[name=action_import]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status button[data-value=done][aria-checked=true]",
        },
        {
            content: "How many came in",
            trigger: ".o_field_widget[name=created_count]:contains(/^2$/)",
        },
        {
            trigger: ".o_field_widget[name=rejected_count]:contains(/^2$/)",
        },
        {
            content: "Why not this line",
            trigger:
                ".o_field_widget[name=line_ids] .o_data_row:contains(3):contains(is not one valid address)",
        },
        {
            content: "The report can be taken along",
            trigger: "button[name=action_download_report]:visible",
        },
        {
            trigger: ".o_back_button, .breadcrumb-item a",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(fair.csv):contains(Done)",
        },
    ],
});
