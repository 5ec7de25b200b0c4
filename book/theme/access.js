// What is too wide for the page scrolls, and a keyboard can reach it; what fits is no stop on the way.
function label(region) {
    if (region.matches(".table-wrapper")) return "Table";
    const caption = region.closest("figure")?.querySelector("figcaption");
    const name = caption?.querySelector(".path") ?? caption;
    return name ? "Code of " + name.textContent.trim() : "Commands";
}
function reachable(region) {
    if (region.scrollWidth > region.clientWidth) {
        region.tabIndex = 0;
        region.setAttribute("role", "group");
        region.setAttribute("aria-label", label(region));
    } else {
        for (const name of ["tabindex", "role", "aria-label"]) region.removeAttribute(name);
    }
}
const widths = new ResizeObserver(entries => entries.forEach(entry => reachable(entry.target)));
for (const region of document.querySelectorAll("main pre > code, main .table-wrapper")) {
    widths.observe(region);
    // To mdBook the arrows mean the next page and the page before; here they scroll.
    region.addEventListener("keydown", event => {
        if (region.hasAttribute("tabindex") && /^Arrow(Left|Right)$/.test(event.key)) event.stopPropagation();
    });
}

// mdBook's bar at the top has no role. What toggles the sidebar is a checkbox; mdBook puts the
// checkbox's attributes on its label, where they are not allowed.
document.getElementById("mdbook-menu-bar")?.setAttribute("role", "banner");
const toggle = document.getElementById("mdbook-sidebar-toggle-anchor");
const toggleLabel = document.getElementById("mdbook-sidebar-toggle");
function bare() {
    for (const name of ["aria-label", "aria-controls", "aria-expanded"]) toggleLabel.removeAttribute(name);
}
if (toggle && toggleLabel) {
    toggle.setAttribute("aria-label", toggleLabel.title);
    toggle.setAttribute("aria-controls", "mdbook-sidebar");
    bare();
    toggle.addEventListener("change", bare);
}

// The empty corner of a table heads nothing.
for (const corner of document.querySelectorAll("main th:empty")) {
    corner.replaceWith(document.createElement("td"));
}
