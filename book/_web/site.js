// Small things the pages need: links into folded parts open them, wide tables can be scrolled by keyboard,
// printing shows what is folded, and searching works from a folder on disk.
(function () {
  "use strict";

  function openAround(element) {
    for (let part = element; part; part = part.parentElement) {
      if (part.tagName === "DETAILS") { part.open = true; }
    }
  }

  function openTarget() {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && document.getElementById(id);
    if (!target) { return; }
    const inside = target.querySelector(":scope > details.going-deeper");
    openAround(inside || target);
    if (target.closest("details") || inside) { target.scrollIntoView(); }
  }

  function makeScrollable() {
    for (const box of document.querySelectorAll(".table-scroll, .pst-scrollable-table-container, article pre, .math-block")) {
      const wide = box.scrollWidth > box.clientWidth + 1;
      if (wide) { box.tabIndex = 0; } else { box.removeAttribute("tabindex"); }
    }
  }

  // A browser does not let a page on disk read other pages, which the search does for its excerpts.
  if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  }

  // In the search's index every object's own "constructor" would pass for a word that pages hold.
  if (typeof Search !== "undefined") {
    const own = Object.assign(Object.create(null), {hasOwnProperty: Object.prototype.hasOwnProperty});
    const mend = (index) => ["terms", "titleterms"].forEach((name) => Object.setPrototypeOf(index[name], own));
    const setIndex = Search.setIndex;
    Search.setIndex = (index) => { mend(index); setIndex(index); };
    if (Search._index) { mend(Search._index); }
  }

  let folded = [];
  window.addEventListener("beforeprint", function () {
    folded = [...document.querySelectorAll("article details:not([open])")].filter((part) => !part.closest(".exercise, .quiz"));
    for (const part of folded) { part.open = true; }
    for (const image of document.querySelectorAll('article img[loading="lazy"]')) { image.loading = "eager"; }
  });
  window.addEventListener("afterprint", function () {
    for (const part of folded) { part.open = false; }
  });

  window.addEventListener("hashchange", openTarget);
  document.addEventListener("click", function (event) {
    const link = event.target.closest && event.target.closest('a[href^="#"]');
    if (link && link.getAttribute("href") === location.hash) { openTarget(); }
  });
  document.addEventListener("toggle", makeScrollable, true);
  window.addEventListener("resize", makeScrollable);
  openTarget();
  makeScrollable();
})();
