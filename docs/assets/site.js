// What the theme leaves out for screen readers and the keyboard.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");

  // Sections of the navigation are lists inside of one landmark, not landmarks of their own.
  for (const section of document.querySelectorAll("nav.md-nav[data-md-level]:not([data-md-level='0'])")) {
    section.setAttribute("role", "presentation");
    section.removeAttribute("aria-labelledby");
    section.removeAttribute("aria-expanded");
  }

  // On narrow screens a label opens the navigation, which the keyboard cannot press: make it a button.
  const drawer = document.getElementById("__drawer");
  const label = document.querySelector(".md-header__button[for='__drawer']");
  const navigation = document.querySelector(".md-sidebar--primary");
  if (drawer && label && navigation) {
    const button = document.createElement("button");
    button.className = label.className;
    button.innerHTML = label.innerHTML;
    button.setAttribute("for", "__drawer"); // the theme's style sheet selects by it
    button.setAttribute("aria-label", "Navigation");
    button.addEventListener("click", () => {
      drawer.click();
      if (drawer.checked) navigation.querySelector("a").focus(); // the link of this page is not displayed
    });
    // Sections of the open navigation cover each other: show the one with the focus.
    navigation.addEventListener("focusin", (event) => {
      if (!drawer.checked) return;
      for (const toggle of navigation.querySelectorAll(".md-nav__toggle:not(#__toc)")) toggle.checked = toggle.parentElement.contains(event.target);
    });
    label.replaceWith(button);
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !drawer.checked) return;
      drawer.click();
      button.focus();
    });
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
