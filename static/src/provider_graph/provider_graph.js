import {GraphRenderer} from "@web/views/graph/graph_renderer";
import {_t} from "@web/core/l10n/translation";
import {graphView} from "@web/views/graph/graph_view";
import {registry} from "@web/core/registry";

// What Gmail and Yahoo ask of those who send much, in per cent of delivered mails:
// https://support.google.com/a/answer/81126
const LIMITS = [
    {value: 0.1, color: "#e0a800", label: _t("0.1 %: stay below")},
    {value: 0.3, color: "#c62828", label: _t("0.3 %: taken for spam")},
];

/**
 * The graph of a report, with the lines that complaints must stay below.
 */
export class ProviderGraphRenderer extends GraphRenderer {
    getLineChartData() {
        const {data, metaData} = this.model;
        data.datasets = data.datasets.filter((dataset) => !dataset.isLimit);
        super.getLineChartData();
        if (metaData.measure === "complaint_rate" && data.datasets.length) {
            data.datasets.push(
                ...LIMITS.map((limit) => this.limitDataset(limit, data.labels))
            );
        }
        return data;
    }

    limitDataset({value, color, label}, labels) {
        return {
            isLimit: true,
            label: label.toString(),
            data: labels.map(() => value),
            trueLabels: labels.map(() => label.toString()),
            domains: labels.map(() => []),
            borderColor: color,
            backgroundColor: "transparent",
            borderDash: [6, 4],
            borderWidth: 2,
            fill: false,
            pointRadius: 0,
            pointHitRadius: 0,
        };
    }
}

registry.category("views").add("campaign_provider_graph", {
    ...graphView,
    Renderer: ProviderGraphRenderer,
});
