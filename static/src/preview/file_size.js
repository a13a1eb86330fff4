import {_t} from "@web/core/l10n/translation";
import {formatFloat} from "@web/views/fields/formatters";

/** Return a number of bytes for people, in the units that mail programs use. */
export function formatFileSize(bytes) {
    if (bytes < 1024) {
        return _t("%s bytes", bytes);
    }
    const kilobytes = bytes / 1024;
    return kilobytes < 1024
        ? _t("%s kB", formatFloat(kilobytes, {digits: [0, kilobytes < 10 ? 1 : 0]}))
        : _t("%s MB", formatFloat(kilobytes / 1024, {digits: [0, 1]}));
}
