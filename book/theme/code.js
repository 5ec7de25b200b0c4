// The copy button takes the finished code: lines to delete are hidden while it reads the listing.
const copied = event => event.target.closest(".clip-button")?.closest("pre");
document.addEventListener("click", event => copied(event)?.classList.add("copying"), true);
window.addEventListener("click", event => copied(event)?.classList.remove("copying"));

// What is too wide for the page scrolls, and a keyboard can reach it; what fits is no stop on the way.
function label(region) {
    if (region.matches(".table-wrapper")) return "Table";
    const caption = region.closest("figure")?.querySelector("figcaption");
    const name = caption?.querySelector(".path") ?? caption;
    return name ? "Text of: " + name.firstChild.textContent.trim() : "Commands";
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
for (const region of document.querySelectorAll("main pre, main pre > code, main .table-wrapper")) {
    widths.observe(region);
}
