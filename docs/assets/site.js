// What the theme leaves out for screen readers and the keyboard.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");

  // Sections of the navigation are lists inside of one landmark, not landmarks of their own.
  for (const section of document.querySelectorAll("nav.md-nav[data-md-level]:not([data-md-level='0'])")) {
    section.setAttribute("role", "presentation");
    section.removeAttribute("aria-labelledby");
    section.removeAttribute("aria-expanded");
  }

  // The theme adds a nav to each block of code, later than this.
  const copies = () => {
    for (const buttons of document.querySelectorAll("nav.md-code__nav:not([role])")) buttons.setAttribute("role", "presentation");
  };
  copies();
  new MutationObserver(copies).observe(document.body, { childList: true, subtree: true });

  // Whatever scrolls sideways must scroll with the keyboard too.
  const reachable = () => {
    for (const part of document.querySelectorAll(".md-typeset__scrollwrap, .figure, .md-typeset table:not([class])")) {
      if (part.scrollWidth > part.clientWidth) part.setAttribute("tabindex", "0");
      else part.removeAttribute("tabindex");
    }
  };
  reachable();
  window.addEventListener("load", reachable);
  window.addEventListener("resize", reachable);
});
