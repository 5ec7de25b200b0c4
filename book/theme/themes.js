// mdBook offers five themes; this book has two looks. The three others would show the same again.
for (const name of ["rust", "coal", "ayu"]) {
    document.getElementById("mdbook-theme-" + name)?.parentElement.remove();
}
const dark = document.getElementById("mdbook-theme-navy");
if (dark) {
    dark.textContent = "Dark";
}
