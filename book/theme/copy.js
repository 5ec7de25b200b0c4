// The copy button takes the finished code: lines to delete are hidden while it reads the listing.
const copied = event => event.target.closest(".clip-button")?.closest("pre");
document.addEventListener("click", event => copied(event)?.classList.add("copying"), true);
window.addEventListener("click", event => copied(event)?.classList.remove("copying"));
